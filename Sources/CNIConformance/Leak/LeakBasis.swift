/// What cases about leaks stand on.
enum LeakBasis {
  static let delete =
    "CNI 1.1.0, section 2, DEL: a plugin must release all resources that the container holds in the network"
  static let addFails =
    "CNI 1.1.0, section 2, DEL, and section 4: a runtime calls DEL after an ADD that failed; what was done so far is undone"
  static let deleteTolerates =
    "CNI 1.1.0, section 2, DEL: plugins should complete a DEL without error even if some resources are missing"
  static let isolation =
    "CNI 1.1.0, section 2, parameters: container id and interface name together tell attachments apart"
}
