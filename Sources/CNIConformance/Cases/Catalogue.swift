/// All cases there are, in the order in which they are run.
public enum Catalogue {
  /// Level by level, as in ``Level``.
  public static let cases: [Case] = spec + leak + fault + traffic + speed
}
