import CNI
import JSON
import Testing

@testable import PodSandbox

@Suite("What DEL is told of an attachment", .timeLimit(.minutes(1)))
struct DetachingTests {
  @Test("one that was never called owes nothing: its ADD called no plugin")
  func notCalled() {
    let detaching = Detaching(.notCalled, previousResult: nil, isStandIn: false)
    #expect(detaching.failedAdd?.calledPlugins == 0)
    #expect(detaching.interfaceIsGone == nil, "CNI looks for itself")
    #expect(detaching.previousResult == nil)
  }

  @Test("one whose ADD failed is told with that failure, as it was")
  func failed() {
    var error = CNIError(.plugin, code: 999, "refused", plugin: "bridge", network: "n", verb: .add)
    error.calledPlugins = 1
    let detaching = Detaching(.failed(error), previousResult: nil, isStandIn: false)
    #expect(detaching.failedAdd == error)
    #expect(detaching.failedAdd?.calledPlugins == 1)
  }

  @Test("of one that may be attached every plugin counts as called")
  func mayBeAttached() {
    let result: JSON = .object(JSONObject([("cniVersion", .string("1.0.0"))]))
    let detaching = Detaching(.mayBeAttached, previousResult: result, isStandIn: false)
    #expect(detaching.failedAdd == nil)
    #expect(detaching.previousResult == result)
    #expect(detaching.interfaceIsGone == nil)
  }

  @Test("with a stand-in for its namespace, or none, the interface is gone, whatever else is known")
  func standIn() {
    for state in [AttachmentState.notCalled, .failed(CNIError(.plugin, "x")), .mayBeAttached] {
      #expect(Detaching(state, previousResult: nil, isStandIn: true).interfaceIsGone == true)
    }
  }

  @Test("a new run begins unattached; what is read from a record may be attached")
  func pod() {
    var pod = Samples.pod(Samples.record(.creating, networks: 2))
    #expect(pod.attachments.count == 2)
    for state in pod.attachments { if case .mayBeAttached = state {} else { Issue.record("\(state)") } }
    #expect(pod.results == ["", ""])
    pod.beginsUnattached()
    #expect(pod.attachments.count == 2)
    for state in pod.attachments { if case .notCalled = state {} else { Issue.record("\(state)") } }
  }

  @Test("results are those of the record, one a network; where there are none, empty ones")
  func results() throws {
    let pod = Samples.pod(Samples.record(.ready, networks: 2))
    #expect(pod.results == [#"{"cniVersion":"1.0.0"}"#, #"{"cniVersion":"1.0.0"}"#])
    #expect(try pod.result(1) != nil)
    #expect(try pod.result(2) == nil)
    var record = Samples.record(.ready, networks: 2)
    record.outcome = Samples.outcome(results: [])
    #expect(Samples.pod(record).results == ["", ""])
    #expect(try Samples.pod(record).result(0) == nil)
  }

  @Test("what a call says of a pod is the same at ADD and at DEL, but for the namespace")
  func attachment() throws {
    let record = Samples.record(.ready, networks: 2) {
      $0.metadata.namespace = "ns"
      $0.metadata.uid = "u"
    }
    let pod = Samples.pod(record)
    let attachment = try pod.attachment(1, networkNamespace: "/n")
    #expect(attachment.containerID == record.id && attachment.interfaceName == "eth1")
    #expect(attachment.networkNamespace == "/n")
    #expect(
      attachment.arguments.map { "\($0.key)=\($0.value)" } == [
        "IgnoreUnknown=1", "K8S_POD_NAMESPACE=ns", "K8S_POD_NAME=web", "K8S_POD_INFRA_CONTAINER_ID=\(record.id)",
        "K8S_POD_UID=u",
      ])
    #expect(attachment.capabilityArguments["cgroupPath"] == .string("/berth/\(record.id)"))
    var later = try pod.attachment(1, networkNamespace: "")
    later.networkNamespace = "/n"
    #expect(later == attachment)
  }

  @Test("of what the cache alone knows, its own attachment is used")
  func cached() throws {
    var pod = Samples.pod(Samples.record(.creating))
    pod.cachedAttachments = [
      Attachment(containerID: "c", networkNamespace: "/old", interfaceName: "eth9", arguments: [.init("K", "V")])
    ]
    let attachment = try pod.attachment(0, networkNamespace: "/new")
    #expect(attachment.interfaceName == "eth9" && attachment.containerID == "c" && attachment.arguments.count == 1)
    #expect(attachment.networkNamespace == "/new")
  }
}
