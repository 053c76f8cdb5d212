public import LinuxKernel

/// The addresses that this module speaks of are the kernel module's: CNI, which must not know netlink, has the same.
public typealias IPAddress = LinuxKernel.IPAddress
/// See ``IPAddress``.
public typealias IPPrefix = LinuxKernel.IPPrefix
/// See ``IPAddress``.
public typealias MACAddress = LinuxKernel.MACAddress
