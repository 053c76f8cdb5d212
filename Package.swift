// swift-tools-version: 6.2
import PackageDescription

// berth-pause is freestanding: sanitizer and coverage runtimes cannot be linked into it, so builds that use them leave it out.
let withPause = Context.environment["BERTH_WITHOUT_PAUSE"] == nil

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let cSettings: [CSetting] = [.treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra")]

let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

var targets: [Target] = [
  .target(name: "CLinux", cSettings: cSettings),
  .target(name: "CSpawn", cSettings: cSettings),
  .systemLibrary(name: "CMnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
  .systemLibrary(name: "CNftnl", pkgConfig: "libnftnl", providers: [.apt(["libnftnl-dev"])]),
  .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
  .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
  .target(
    name: "LinuxKernel", dependencies: ["CLinux", "CSpawn", systemPackage],
    swiftSettings: swiftSettings),
  .target(name: "JSON", swiftSettings: swiftSettings),
  .target(name: "Netlink", dependencies: ["LinuxKernel", "CMnl", systemPackage], swiftSettings: swiftSettings),
  .target(
    name: "Netfilter", dependencies: ["Netlink", "LinuxKernel", "CMnl", "CNftnl", systemPackage],
    swiftSettings: swiftSettings),
  .target(name: "CNI", dependencies: ["LinuxKernel", "JSON", systemPackage], swiftSettings: swiftSettings),
  .target(
    name: "CNIPlugin", dependencies: ["CNI", "LinuxKernel", "JSON", systemPackage], swiftSettings: swiftSettings),
  .target(
    name: "NetworkPlugins",
    dependencies: ["CNIPlugin", "CNI", "Netfilter", "Netlink", "LinuxKernel", "JSON", systemPackage],
    swiftSettings: swiftSettings),
  .target(
    name: "PodSandbox",
    dependencies: [
      "NetworkPlugins", "CNIPlugin", "CNI", "Netlink", "LinuxKernel", "JSON", "CSeccomp", systemPackage, logging,
      serviceLifecycle,
      .product(name: "Metrics", package: "swift-metrics"),
    ],
    swiftSettings: swiftSettings),
  .target(name: "RuntimeAPI", dependencies: ["JSON", nioCore, nioPosix, nioHTTP1], swiftSettings: swiftSettings),
  .executableTarget(
    name: "berthd",
    dependencies: [
      "RuntimeAPI", "PodSandbox", "LinuxKernel", "JSON", "CZlib", systemPackage, logging, serviceLifecycle, nioCore,
      nioPosix,
      nioHTTP1,
      .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      .product(name: "Metrics", package: "swift-metrics"),
      argumentParser,
    ],
    swiftSettings: swiftSettings,
    // The archive, not the shared library: berthd needs no zlib where it runs.
    linkerSettings: [.linkedLibrary(":libz.a")]),
  .executableTarget(
    name: "berthctl",
    dependencies: [
      "RuntimeAPI", "CNI", "LinuxKernel", "JSON", "CYAML",
      argumentParser,
    ],
    // A command line's parts are many and run once.
    swiftSettings: swiftSettings + [.unsafeFlags(["-Osize"], .when(configuration: .release))],
    // The archive, not the shared library: berthctl runs where libyaml is not installed.
    linkerSettings: [.linkedLibrary(":libyaml.a")]),
  .executableTarget(
    name: "berth-cni", dependencies: ["NetworkPlugins", "CNIPlugin"], swiftSettings: swiftSettings),
  .target(
    name: "CNIConformance",
    dependencies: ["CNI", "Netfilter", "Netlink", "LinuxKernel", "JSON", systemPackage], swiftSettings: swiftSettings),
  .executableTarget(
    name: "berth-conformance", dependencies: ["CNIConformance", "CNI", "LinuxKernel", "JSON", argumentParser],
    swiftSettings: swiftSettings),
  .executableTarget(
    name: "addressbook", dependencies: ["CNIPlugin", "CNI"], path: "Examples/plugin", exclude: ["README.md"]),
  .executableTarget(
    name: "noop-plugin", dependencies: ["CNI", "JSON"], path: "Tests/NoopPlugin", exclude: ["README.md"],
    swiftSettings: swiftSettings),
  .testTarget(name: "LinuxKernelTests", dependencies: ["LinuxKernel", systemPackage], swiftSettings: swiftSettings),
  .testTarget(
    name: "NetlinkTests", dependencies: ["Netlink", "LinuxKernel", systemPackage], swiftSettings: swiftSettings),
  .testTarget(
    name: "NetfilterTests", dependencies: ["Netfilter", "Netlink", "LinuxKernel", "CMnl", systemPackage],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "CNITests", dependencies: ["CNI", "JSON", "LinuxKernel", systemPackage], exclude: ["Corpus"],
    resources: [.copy("Fixtures")],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "CNIPluginTests", dependencies: ["CNIPlugin", "CNI", "JSON", "LinuxKernel", "addressbook"],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "NetworkPluginsTests",
    dependencies: ["NetworkPlugins", "CNIPlugin", "CNI", "Netfilter", "Netlink", "JSON", "LinuxKernel", systemPackage],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "PodSandboxTests",
    dependencies: ["PodSandbox", "CNI", "Netlink", "LinuxKernel", "JSON", systemPackage, logging],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "CNIConformanceTests",
    dependencies: ["CNIConformance", "CNI", "Netlink", "JSON", "LinuxKernel", systemPackage],
    swiftSettings: swiftSettings),
  .testTarget(name: "RuntimeAPITests", dependencies: ["RuntimeAPI", "JSON"], swiftSettings: swiftSettings),
  .testTarget(
    name: "BerthdTests",
    dependencies: [
      "berthd", "RuntimeAPI", "PodSandbox", "CNI", "JSON", logging, serviceLifecycle, nioCore, nioPosix, argumentParser,
      .product(name: "Metrics", package: "swift-metrics"),
    ],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "BerthctlTests", dependencies: ["berthctl", "RuntimeAPI", "JSON", argumentParser], exclude: ["Fixtures"],
    swiftSettings: swiftSettings),
]

if withPause {
  targets.append(
    .executableTarget(
      name: "berth-pause",
      cSettings: [
        .unsafeFlags([
          "-Os", "-ffreestanding", "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-pic", "-Wall",
          "-Wextra", "-Werror",
        ])
      ],
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib", "-nostartfiles", "-Xclang-linker", "-static", "-Xclang-linker", "-nostdlib",
          "-Xclang-linker", "-no-pie", "-Xlinker", "-s", "-Xlinker", "--build-id=none",
        ])
      ]))
}

let package = Package(
  name: "berth",
  products: [
    .library(name: "CNI", targets: ["CNI"]),
    .library(name: "CNIConformance", targets: ["CNIConformance"]),
    .library(name: "CNIPlugin", targets: ["CNIPlugin"]),
    .library(name: "JSON", targets: ["JSON"]),
    .library(name: "Netfilter", targets: ["Netfilter"]),
    .library(name: "Netlink", targets: ["Netlink"]),
    .library(name: "NetworkPlugins", targets: ["NetworkPlugins"]),
    .executable(name: "berthd", targets: ["berthd"]),
    .executable(name: "berthctl", targets: ["berthctl"]),
    .executable(name: "berth-cni", targets: ["berth-cni"]),
    .executable(name: "berth-conformance", targets: ["berth-conformance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0", traits: []),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: targets,
  cLanguageStandard: .gnu17
)
