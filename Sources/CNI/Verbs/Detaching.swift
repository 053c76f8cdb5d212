public import JSON

/// What the caller knows of an attachment that is to be detached; everything may be left out.
public struct Detaching: Sendable {
  /// How its ADD failed, in this life of the process. Nil: it did not, or nobody knows any more; every plugin counts as called then.
  public var failedAdd: CNIError?
  /// ADD's result, which says that it completed: to fall back to when the cache has none, for `prevResult`; of a failed ADD its
  /// `partialResult` unless set.
  public var previousResult: JSON?
  /// Whether the attachment's interface is gone: true where the namespace is, or was replaced by a stand-in. Nil: it is looked for.
  public var interfaceIsGone: Bool?

  /// What is known.
  public init(failedAdd: CNIError? = nil, previousResult: JSON? = nil, interfaceIsGone: Bool? = nil) {
    self.failedAdd = failedAdd
    self.previousResult = previousResult
    self.interfaceIsGone = interfaceIsGone
  }

  /// Whether the ADD is known to have completed.
  var saysComplete: Bool { previousResult != nil && failedAdd == nil }

  /// What stands in for a cached result.
  var fallback: JSON? { previousResult ?? failedAdd?.partialResult }
}

/// A plugin's failure to DEL that leaves nothing owed.
public struct ExcusedFailure: Sendable, Hashable {
  /// What the plugin said; plugin and network are named in it.
  public let error: CNIError
  /// Why nothing is left of it, in words.
  public let excuse: String

  /// An excused failure.
  public init(error: CNIError, excuse: String) {
    self.error = error
    self.excuse = excuse
  }
}
