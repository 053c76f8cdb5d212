/// What ends a trial before its body does.
enum TrialEnd: Error {
  /// The case says nothing about this subject; the text says why.
  case skipped(String)
  /// What was expected is not so, and nothing that follows makes sense; the violation is noted already.
  case violated
}
