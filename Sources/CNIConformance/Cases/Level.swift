/// What a case looks at; a run takes any number of levels.
public enum Level: String, Sendable, Hashable, CaseIterable {
  /// What the specification says of one call: variables, versions, documents, codes, and what a second call finds.
  case spec
  /// What is left on the host and in the pod when everything is undone.
  case leak
  /// What becomes of a call that is killed, starved, hurried or asked twice at once.
  case fault
  /// Who reaches whom through what was attached.
  case traffic
  /// What a verb costs.
  case speed
}
