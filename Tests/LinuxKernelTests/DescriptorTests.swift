import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Descriptors")
  struct DescriptorTests {
    @Test("a descriptor is closed with its owner, and not when it is released")
    func ownership() throws {
      let before = try openDescriptors()
      do {
        let event = try OwnedDescriptor.open("/dev/null", O_RDONLY)
        let copy = try event.duplicate()
        #expect(try openDescriptors().count == before.count + 2)
        #expect(fcntl(copy.raw, F_GETFD) == FD_CLOEXEC && fcntl(event.raw, F_GETFD) == FD_CLOEXEC)
        try event.close()
      }
      #expect(try eventually { try isOpenNoMore(than: before) })
      let released = try OwnedDescriptor.open("/dev/null", O_RDONLY).release()
      #expect(close(released) == 0)
    }

    @Test("a descriptor that somebody else closed traps")
    func doubleClose() async {
      await #expect(processExitsWith: .failure) {
        let descriptor = OwnedDescriptor(dup(0))
        Glibc.close(descriptor.raw)
        try descriptor.close()
      }
      await #expect(processExitsWith: .success) {
        let descriptor = OwnedDescriptor(dup(0))
        try descriptor.close()
      }
    }

    @Test("an event wakes a poll until it is cleared")
    func event() throws {
      let event = try EventDescriptor()
      #expect(!Poll.isReadable(event.raw, until: .now))
      event.signal()
      event.signal()
      #expect(Poll.wait(for: [(nil, POLLIN), (event.raw, POLLIN)], until: nil) == [false, true])
      event.clear()
      event.clear()
      #expect(!Poll.isReadable(event.raw, until: .now))
    }

    @Test("an error names what was tried, on what, why it failed and what to do")
    func description() {
      let error = KernelError(errno: .noSuchFileOrDirectory, operation: "open", subject: "/x", remedy: "make it")
      #expect("\(error)" == "open /x: No such file or directory (make it)")
    }
  }
}
