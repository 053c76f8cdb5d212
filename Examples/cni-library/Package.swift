// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "cni-library",
  dependencies: [
    // Elsewhere: .package(url: "…/berth", from: "…")
    .package(name: "berth", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "cni-library", dependencies: [.product(name: "CNI", package: "berth")],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")])
  ]
)
