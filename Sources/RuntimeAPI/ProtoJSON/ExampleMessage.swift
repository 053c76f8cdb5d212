import JSON

/// A message whose fields are looked for when one is written above the message that it belongs to.
///
/// Its example has every nested message that is to be looked into; synthesised coding alone tells nothing of what is absent.
protocol ExampleMessage: NestingObject {
  static var example: Self { get }
}

extension ExampleMessage {
  /// The fields of the nested messages, as paths from here.
  package static var nestedFields: [[String]] { MisplacedField.paths(example).filter { $0.count > 1 } }
}

extension CRI.PodSandboxConfig: ExampleMessage {
  static var example: CRI.PodSandboxConfig {
    CRI.PodSandboxConfig(metadata: CRI.PodSandboxMetadata(), dnsConfig: CRI.DNSConfig(), linux: .example)
  }
}

extension CRI.LinuxPodSandboxConfig: ExampleMessage {
  static var example: CRI.LinuxPodSandboxConfig {
    CRI.LinuxPodSandboxConfig(securityContext: .example, resources: CRI.LinuxContainerResources())
  }
}

extension CRI.LinuxSandboxSecurityContext: ExampleMessage {
  static var example: CRI.LinuxSandboxSecurityContext {
    CRI.LinuxSandboxSecurityContext(namespaceOptions: CRI.NamespaceOption())
  }
}
