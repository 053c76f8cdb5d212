import Testing

@testable import PodSandbox

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples and the lengths at which the padding turns over.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
  ])
  func digest(message: String, expected: String) {
    #expect(SHA256.hexDigest(of: Array(message.utf8)) == expected)
  }
}

@Suite struct SandboxIDTests {
  private let ids = SandboxIDs(root: "/var/lib/berth")

  @Test("ids are 64 hex digits with the instance's tag as digits 25 to 32")
  func form() {
    let id = ids.next()
    #expect(SandboxIDs.isWellFormed(id))
    #expect(id.dropFirst(24).prefix(8) == SHA256.hexDigest(of: Array("/var/lib/berth".utf8)).prefix(8))
    #expect(ids.owns(id))
    #expect(!SandboxIDs(root: "/elsewhere").owns(id))
    #expect(ids.next() != id)
  }

  @Test("the namespace's name is a UUID that ends in the tag and the four digits before it")
  func namespaceName() {
    let id = "0123456789abcdef0123456789abcdef" + String(repeating: "f", count: 32)
    #expect(SandboxIDs.networkNamespaceName(id) == "cni-01234567-89ab-cdef-0123-456789abcdef")
  }

  @Test(arguments: ["", "abc", String(repeating: "g", count: 64), String(repeating: "A", count: 64)])
  func malformed(id: String) { #expect(!SandboxIDs.isWellFormed(id)) }
}
