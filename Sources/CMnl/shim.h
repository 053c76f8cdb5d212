// libmnl, and the kernel's rtnetlink definitions that its callers need beside it.
#ifndef BERTH_CMNL_SHIM_H
#define BERTH_CMNL_SHIM_H

#include <libmnl/libmnl.h>
// Before linux/in6.h, which then leaves its own definitions of the same structures out.
#include <netinet/in.h>

#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/veth.h>

// Macros with casts in them, which Swift does not import.
enum {
  BERTH_NLA_TYPE_MASK = 0x3fff,      // NLA_TYPE_MASK
  BERTH_NLA_F_NESTED = 0x8000,       // NLA_F_NESTED
  BERTH_PF_BRIDGE = 7,               // PF_BRIDGE of linux/socket.h
  BERTH_RTNH_ALIGNTO = RTNH_ALIGNTO  // hops of RTA_MULTIPATH are aligned to it
};

#endif
