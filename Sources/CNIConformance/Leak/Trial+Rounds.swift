import CNI
import JSON

/// One pod's coming and going, and what it left.
struct Round: Sendable {
  /// What tells that a thing is the pod's.
  let marks: PodMarks
  /// What is not as it was before the plugins under test were called.
  let difference: SnapshotDifference
  /// What must not be so.
  let leaks: [SnapshotDifference.Change]
  /// What it was judged by.
  let judge: RoundJudge
}

/// What a round's snapshots are judged by.
struct RoundJudge: Sendable {
  /// Things of other kinds are taken into account only for what goes with them.
  var kinds: Set<Snapshot.Kind>
  var places: Set<Snapshot.Place> = [.host]
  /// Whether no pod was there before: what the plugin keeps for all pods may appear.
  var isFirst = false
  /// Whether what was there may be gone, as when the pod's namespace has taken it along.
  var mayMiss = false
  /// Links that the plugins before made, and take away with all that is on them.
  var passing: Set<String> = []
  /// Kinds that are left even when nothing special happens, which other cases tell of.
  var usual: Set<Snapshot.Kind> = []

  /// Whether it is on a link that the plugins before take away.
  func isPassing(_ change: SnapshotDifference.Change) -> Bool {
    let link = change.item.kind == .link ? change.item.identity : change.item.link
    return change.item.place == .host && change.isThere && passing.contains(link ?? "")
  }

  /// What must not be so.
  ///
  /// Whatever is the same after the first pod and after every other one is kept by design. So of the first pod only that is a
  /// leak which bears one of its marks, and of every later one all that it adds, takes away or changes.
  func leaks(_ difference: SnapshotDifference, of marks: PodMarks) -> [SnapshotDifference.Change] {
    difference.changes.filter { change in
      guard kinds.contains(change.item.kind), places.contains(change.item.place), !usual.contains(change.item.kind)
      else { return false }
      if mayMiss, !change.isThere { return false }
      if isPassing(change) { return false }
      // A file that is written anew each time, such as the address that was given last.
      if change.item.kind == .file, change.before != nil, change.isThere {
        return marks.identifier(in: change.item) != nil
      }
      guard isFirst, change.isThere else { return true }
      if change.before != nil { return change.item.kind == .link }
      if change.item.kind == .link, marks.interfaces.contains(change.item.identity) { return marks.isOwn(change.item) }
      return marks.identifier(in: change.item) != nil
        || change.item.kind != .file && marks.address(in: change.item) != nil
    }
  }
}

extension PodMarks {
  /// Whether a link of the result is the pod's own; a bridge is every pod's.
  func isOwn(_ link: Snapshot.Item) -> Bool { !link.details.hasPrefix("bridge") }
}

extension Trial {
  /// ADD and DEL of a new pod, of the plugins under test alone, with a look before and after. `undo` is the DEL; `attach` the ADD.
  func round(
    _ judge: RoundJudge, mustAttach: Bool = false, undo: ((Pod, JSON) throws -> Void)? = nil
  ) throws -> Round {
    let pod = try self.pod()
    let earlier = Set(try snapshot([.link]).items.keys.map(\.identity))
    let previous = try prepare(pod)
    var judge = judge
    judge.passing = Set(PodMarks(pod, result: previous, knownLinks: earlier).interfaces)
    let before = try snapshot(judge.kinds, pod)
    let result = try attachUnderTest(pod, previous, mustAttach: mustAttach)
    if let undo { try undo(pod, result) } else { try detachUnderTest(pod, result, mustDetach: mustAttach) }
    let links = Set(before.items.keys.filter { $0.kind == .link && $0.place == .host }.map(\.identity))
    let round = try settle(judge, PodMarks(pod, result: result, knownLinks: links), from: before, pod)
    try putAway(pod, result)
    return round
  }

  /// Looks at what is left until nothing is, for a second: a namespace's end, and a process', takes a moment.
  func settle(_ judge: RoundJudge, _ marks: PodMarks, from before: Snapshot, _ pod: Pod?) throws -> Round {
    let deadline = SuspendingClock.now + .seconds(1)
    while true {
      let difference = SnapshotDifference(from: before, to: try snapshot(judge.kinds, pod))
      let leaks = judge.leaks(difference, of: marks)
      if leaks.isEmpty || deadline <= .now {
        return Round(marks: marks, difference: difference, leaks: leaks, judge: judge)
      }
      pause(.milliseconds(100))
    }
  }

  /// Two rounds in which nothing special happens: what the plugin keeps is there afterwards, and the kinds of what it leaves
  /// anyway are known.
  func warmUp(_ kinds: Set<Snapshot.Kind> = Snapshot.Kind.objects) throws -> RoundJudge {
    _ = try round(RoundJudge(kinds: [.link], isFirst: true))
    let second = try round(RoundJudge(kinds: kinds))
    return RoundJudge(kinds: kinds, usual: Set(second.leaks.map(\.item.kind)))
  }

  /// Notes each leak of a round, and ends its words with these.
  func judge(_ round: Round, _ when: String) {
    for change in round.leaks.prefix(12) {
      let mark = round.marks.found(in: change.item).map { "; it bears \($0)" } ?? ""
      violate("\(change.words) \(when)\(mark)")
    }
    if round.leaks.count > 12 { violate("… and \(round.leaks.count - 12) more") }
  }
}
