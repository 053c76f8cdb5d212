import Testing

@testable import PodSandbox

@Suite(.timeLimit(.minutes(1))) struct IdentityTests {
  private func configuration(
    length: UInt32, _ change: (inout LinuxConfiguration.SecurityContext) -> Void = { _ in }
  ) -> PodSandboxConfiguration {
    var mapping = LinuxConfiguration.UserNamespace.IDMapping()
    (mapping.hostID, mapping.length) = (100_000, length)
    var namespace = LinuxConfiguration.UserNamespace()
    (namespace.uids, namespace.gids) = ([mapping], [mapping])
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    configuration.linux.securityContext.namespaceOptions.userNamespace = namespace
    change(&configuration.linux.securityContext)
    return configuration
  }

  @Test("without a user namespace pause is nobody else, or who is asked for")
  func plain() {
    var context = LinuxConfiguration.SecurityContext()
    #expect(context.pauseUser == 65535 && context.pauseGroup == 65535)
    (context.runAsUser, context.runAsGroup) = (7, 8)
    #expect(context.pauseUser == 7 && context.pauseGroup == 8)
  }

  @Test(
    "where the usual id is not mapped, pause has the highest that is",
    arguments: [(1, 0), (1000, 999), (65535, 65534), (65536, 65535), (1 << 20, 65535)] as [(UInt32, UInt32)])
  func inside(length: UInt32, expected: UInt32) throws {
    let configuration = configuration(length: length)
    try configuration.validate(on: HostFeatures())
    #expect(configuration.linux.securityContext.pauseUser == expected)
    #expect(configuration.linux.securityContext.pauseGroup == expected)
  }

  @Test("an id that is asked for must be mapped")
  func asked() throws {
    let refused: [(String, (inout LinuxConfiguration.SecurityContext) -> Void)] = [
      ("runAsUser", { $0.runAsUser = 1000 }),
      (
        "runAsGroup",
        {
          $0.runAsUser = 0; $0.runAsGroup = 1000
        }
      ),
      ("supplementalGroups[1]", { $0.supplementalGroups = [999, 1000] }),
    ]
    for (field, change) in refused {
      let error = try #require(throws: SandboxError.self) {
        try configuration(length: 1000, change).validate(on: HostFeatures())
      }
      #expect(error.code == .invalidArgument)
      #expect(error.message.contains("config.linux.securityContext.\(field)"), "\(error)")
      #expect(error.message.contains("\"1000\" is not mapped"), "\(error)")
    }
    try configuration(length: 1000) {
      ($0.runAsUser, $0.runAsGroup, $0.supplementalGroups) = (999, 0, [5])
    }.validate(on: HostFeatures())
  }
}
