/// How many of some things users have, so that none of them can have all: one who is not root at most half, all of those together
/// at most three quarters.
struct Shares: Sendable {
  let limit: Int
  private var taken = 0
  private var byUser: [UInt32: Int] = [:]

  /// Nobody has any of `limit` things.
  init(of limit: Int) { self.limit = limit }

  /// What one user may have, and all together; at least one.
  private var share: Int { max(1, limit / 2) }
  private var commonShare: Int { max(1, limit - limit / 4) }

  /// Why a user may not have another one.
  enum Refusal: Sendable, Hashable, CustomStringConvertible {
    /// All are taken.
    case all(Int)
    /// The user has its share.
    case own(Int, uid: UInt32)
    /// Those who are not root have theirs together.
    case common(Int)

    /// How many of whose are taken.
    var description: String {
      switch self {
      case .all(let count): "\(count)"
      case .own(let count, let uid): "\(count) of user \(uid)'s"
      case .common(let count): "\(count) of other users' than root"
      }
    }
  }

  /// Takes one for a user, `nil` being nobody in particular; or says why not.
  mutating func take(_ uid: UInt32?) -> Refusal? {
    if let refusal = refusal(of: uid) { return refusal }
    taken += 1
    if let uid { byUser[uid, default: 0] += 1 }
    return nil
  }

  /// Why a user may not take one; `nil` when it may.
  func refusal(of uid: UInt32?) -> Refusal? {
    if taken >= limit { return .all(limit) }
    guard let uid, uid != 0 else { return nil }
    if byUser[uid, default: 0] >= share { return .own(share, uid: uid) }
    let common = byUser.reduce(0) { $0 + ($1.key == 0 ? 0 : $1.value) }
    return common >= commonShare ? .common(common) : nil
  }

  /// Gives one back.
  mutating func give(_ uid: UInt32?) {
    taken -= 1
    guard let uid, let count = byUser[uid] else { return }
    byUser[uid] = count == 1 ? nil : count - 1
  }
}
