/// A network namespace that stands for a pod, and how it is called.
struct Pod: Sendable, Hashable {
  /// `CNI_CONTAINERID`.
  var containerID: String
  /// `CNI_NETNS`: where the namespace is pinned.
  var networkNamespace: String
  /// `CNI_IFNAME`.
  var interfaceName: String = "eth0"
  /// `CNI_ARGS`, as it stands.
  var arguments: String = ""
}
