// libmnl, and the kernel's rtnetlink definitions that its callers need beside it.
#ifndef BERTH_CMNL_SHIM_H
#define BERTH_CMNL_SHIM_H

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

// Macros with casts in them, which Swift does not import.
enum {
  BERTH_NLA_TYPE_MASK = 0x3fff,      // NLA_TYPE_MASK
  BERTH_RTNH_ALIGNTO = RTNH_ALIGNTO  // hops of RTA_MULTIPATH are aligned to it
};

#endif
