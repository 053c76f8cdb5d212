// swift-tools-version: 6.2
import PackageDescription

// Built by run.sh with `-sanitize=fuzzer`, which brings libFuzzer's main function.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "berth", path: "..")],
  targets: [
    .executableTarget(
      name: "parser-fuzzer", dependencies: [.product(name: "CNI", package: "berth"), .product(name: "JSON", package: "berth")],
      path: "Sources/ParserFuzzer",
      swiftSettings: [
        .enableExperimentalFeature("Extern"), .treatAllWarnings(as: .error),
      ],
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])])
  ]
)
