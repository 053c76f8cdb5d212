import CMnl

extension Change {
  /// Lets what a link sends pass a token bucket, in place of what was there.
  ///
  /// The burst goes to the kernel in bytes: as a time in ticks, as tc(8) sends it, it overflows at 274 s.
  public static func setTokenBucket(_ bucket: TokenBucket, ofLink index: Int32) -> Change {
    tokenBucket(bucket, index, "set tbf", "of link \(index)", NLM_F_REPLACE)
  }

  /// Lets what a link sends pass a token bucket; fails with `alreadyExists` where something other than the kernel's default was
  /// set. See ``setTokenBucket(_:ofLink:)``.
  public static func addTokenBucket(_ bucket: TokenBucket, toLink index: Int32) -> Change {
    tokenBucket(bucket, index, "add tbf", "to link \(index)", NLM_F_EXCL)
  }

  private static func tokenBucket(
    _ bucket: TokenBucket, _ index: Int32, _ operation: String, _ subject: String, _ flag: Int32
  ) -> Change {
    var request = Request(operation, subject, type: Int(RTM_NEWQDISC), flags: NLM_F_ACK | NLM_F_CREATE | flag)
    request.putQdisc("tbf", index, parent: TrafficHandle.root, handle: TrafficHandle.first)
    request.nest(Int(TCA_OPTIONS)) { options in
      var parameters = tc_tbf_qopt()
      parameters.limit = bucket.limit
      parameters.rate.rate = UInt32(clamping: bucket.rate)
      // The kernel wants one that is not 0, and takes TCA_TBF_BURST.
      parameters.buffer = .max
      parameters.rate.linklayer = UInt8(TC_LINKLAYER_ETHERNET.rawValue)
      options.put(Int(TCA_TBF_PARMS), fixed: parameters)
      options.put(Int(TCA_TBF_BURST), bucket.burst)
      if bucket.rate > UInt64(UInt32.max) { options.put(Int(TCA_TBF_RATE64), bucket.rate) }
    }
    return Change(request)
  }

  /// Lets filters see what a link receives; fails with `alreadyExists` where they do.
  public static func addIngress(toLink index: Int32) -> Change {
    var request = Request(change: "add ingress qdisc", "to link \(index)", type: RTM_NEWQDISC, creating: true)
    request.putQdisc("ingress", index, parent: TrafficHandle.ingressParent, handle: TrafficHandle.ingress)
    return Change(request)
  }

  /// Sends all that a link receives to another one, as if that one had to send it. Needs ``addIngress(toLink:)``.
  public static func redirectIngress(ofLink index: Int32, to other: Int32) -> Change {
    var request = Request(
      change: "redirect what is received", "by link \(index) to link \(other)", type: RTM_NEWTFILTER, creating: true)
    // All protocols, in the network's byte order, behind the priority.
    let everything = UInt32(UInt16(ETH_P_ALL).bigEndian)
    request.putQdisc("u32", index, parent: TrafficHandle.ingress, handle: 0, info: 1 << 16 | everything)
    request.nest(Int(TCA_OPTIONS)) { options in
      options.put(Int(TCA_U32_SEL), bytes: matchAll)
      options.nest(Int(TCA_U32_ACT)) { $0.nest(1) { $0.putRedirection(to: other) } }
    }
    return Change(request)
  }

  /// `u32 match u32 0 0`: a struct tc_u32_sel (flags, -, nkeys, …) and one struct tc_u32_key of zeros.
  private static var matchAll: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    (bytes[0], bytes[2]) = (UInt8(TC_U32_TERMINAL), 1)
    return bytes
  }

  /// Takes away how a link's packets waited, with all filters; fails with `notFound` where nothing was set.
  public static func deleteQueueingDiscipline(_ discipline: QueueingDiscipline, ofLink index: Int32) -> Change {
    var request = Request(change: "delete qdisc", "of link \(index)", type: RTM_DELQDISC)
    var header = tcmsg()
    header.tcm_ifindex = index
    header.tcm_parent = discipline == .ingress ? TrafficHandle.ingressParent : TrafficHandle.root
    request.putFixed(header)
    return Change(request)
  }
}

extension Request {
  fileprivate mutating func putQdisc(
    _ kind: String, _ index: Int32, parent: UInt32, handle: UInt32, info: UInt32 = 0
  ) {
    var header = tcmsg()
    header.tcm_ifindex = index
    header.tcm_parent = parent
    header.tcm_handle = handle
    header.tcm_info = info
    putFixed(header)
    put(Int(TCA_KIND), kind)
  }

  fileprivate mutating func putRedirection(to index: Int32) {
    put(Int(TCA_ACT_KIND), "mirred")
    nest(Int(TCA_ACT_OPTIONS)) { options in
      var parameters = tc_mirred()
      parameters.action = TC_ACT_STOLEN
      parameters.eaction = Int32(TCA_EGRESS_REDIR)
      parameters.ifindex = UInt32(bitPattern: index)
      options.put(Int(TCA_MIRRED_PARMS), fixed: parameters)
    }
  }
}
