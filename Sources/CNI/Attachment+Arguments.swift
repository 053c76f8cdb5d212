extension Attachment.Argument {
  /// Parses the value of `CNI_ARGS`: pairs `K=V` joined by `;`. The empty text holds none.
  ///
  /// A value may be empty (`K8S_POD_UID=`) and may hold `=`; a pair without a key or without `=` is an error (code 4).
  public static func parse(_ text: String) throws(CNIError) -> [Attachment.Argument] {
    guard !text.isEmpty else { return [] }
    var arguments: [Attachment.Argument] = []
    for pair in text.split(separator: ";", omittingEmptySubsequences: false) {
      guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
        throw CNIError(
          .invalidArgument, code: CNIError.Code.invalidEnvironment, "invalid CNI_ARGS pair \"\(pair)\"",
          details: "write K=V;K=V")
      }
      arguments.append(.init(String(pair[..<equals]), String(pair[pair.index(after: equals)...])))
    }
    return arguments
  }

  /// The value of `CNI_ARGS` for these pairs.
  public static func text(_ arguments: [Attachment.Argument]) -> String {
    arguments.map { "\($0.key)=\($0.value)" }.joined(separator: ";")
  }
}
