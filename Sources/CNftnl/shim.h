// libnftnl, and the kernel's netfilter definitions that its callers need beside it.
#ifndef BERTH_CNFTNL_SHIM_H
#define BERTH_CNFTNL_SHIM_H

// Before linux/in.h, which then leaves its own definitions of the same structures out.
#include <netinet/in.h>

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

enum {
  BERTH_NFTA_FIB_F_DADDR = NFTA_FIB_F_DADDR,
  // The bits of CTA_FILTER_ORIG_FLAGS, which no header of the kernel's exports.
  BERTH_CTA_FILTER_PROTO_NUM = 1 << 3,
  BERTH_CTA_FILTER_PROTO_DST_PORT = 1 << 5
};

#endif
