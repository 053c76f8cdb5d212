import JSON

/// Files that look like a pod's configuration and are something else; each with the words to do it right.
enum ForeignDocument {
  /// What a document is, if it is none of a pod's configuration for the CRI; nil if it may be one.
  static func description(of document: JSON) -> String? {
    if document["apiVersion"]?.string != nil, let kind = document["kind"]?.string {
      let kind = kind.beginning(64)
      return """
        this is a Kubernetes manifest (kind \(kind)), which the kubelet turns into a sandbox and containers; runp takes the \
        sandbox alone: {metadata: {name: …, namespace: …, uid: …}, labels: …, annotations: …}, without apiVersion, kind and spec
        """
    }
    if document["ociVersion"]?.string != nil {
      return """
        this is an OCI runtime spec, which describes a container; runp takes the CRI's PodSandboxConfig: \
        {metadata: {name: …, namespace: …, uid: …}, hostname: …, linux: {cgroup_parent: …}}
        """
    }
    let isContainer =
      document["image"]?.object != nil || document["command"]?.array != nil || document["mounts"]?.array != nil
    guard isContainer, document["metadata"]?["name"]?.string != nil else { return nil }
    return """
      this is crictl's configuration of a container, and Berth runs no containers; runp takes that of the pod \
      (crictl's second file): {metadata: {name: …, namespace: …, uid: …}}, without image, command and mounts
      """
  }
}
