@testable import CNI
import JSON

/// What must hold whatever bytes come from a plugin or a file: shared by the fuzzer and by the test that runs its corpus.
struct ParserProperties {
  /// A property that does not hold.
  struct Violation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// What an input turned out to be, so that a corpus can be seen to reach every parser.
  struct Reach: OptionSet, Sendable {
    let rawValue: Int
    static let json = Reach(rawValue: 1)
    static let configuration = Reach(rawValue: 2)
    static let result = Reach(rawValue: 4)
    static let cacheEntry = Reach(rawValue: 8)
    static let pluginError = Reach(rawValue: 16)
  }

  /// Picks one of several equal checks for each input, which makes the fuzzer eight times as fast; nil makes all of them.
  var sample: Int?

  /// Of equal checks those that are to be made.
  func chosen<T>(_ all: [T]) -> [T] { sample.map { [all[$0 % all.count]] } ?? all }

  /// Hands the bytes to every parser. Errors: the first property that does not hold.
  func check(_ bytes: [UInt8]) throws -> Reach {
    var reach: Reach = []
    if let json = try checkJSON(bytes) {
      reach.insert(.json)
      if try checkResult(json) { reach.insert(.result) }
    }
    if try checkConfiguration(bytes) { reach.insert(.configuration) }
    if try checkCache(bytes) { reach.insert(.cacheEntry) }
    if try checkResponse(bytes) { reach.insert(.pluginError) }
    return reach
  }

  func require(_ holds: Bool, _ what: @autoclosure () -> String) throws {
    guard holds else { throw Violation(what()) }
  }

  /// The value of a body that must not fail.
  func demand<T>(_ what: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let violation as Violation {
      throw violation
    } catch {
      throw Violation("\(what): \(error)")
    }
  }

  /// The value of a body that may fail, but only in words.
  func attempt<T>(_ body: () throws(CNIError) -> T) throws -> T? {
    do {
      return try body()
    } catch {
      try require(!error.message.isEmpty, "an error without a message")
      return nil
    }
  }

  private func checkJSON(_ bytes: [UInt8]) throws -> JSON? {
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: bytes)
    } catch {
      try require((0...bytes.count).contains(error.offset), "the error's offset \(error.offset) lies outside")
      try require(!error.reason.isEmpty, "an error without a reason")
      return nil
    }
    let written = json.serialized()
    let again = try demand("what was written is not read") { try JSON(parsing: written) }
    try require(again == json, "what was written is read as something else")
    try require(again.hashValue == json.hashValue, "equal values, different hashes")
    try require(again.serialized() == written, "written twice, it differs")
    let forPeople = json.serialized(indent: 2, escapingControls: true)
    let readByPeople = try demand("what was written for people is not read") { try JSON(parsing: forPeople) }
    try require(readByPeople == json, "what was written for people is read as something else")
    // They refuse more; what, is a unit test's matter.
    if let strict = try? JSON(parsing: bytes, rules: .strict) {
      try require(strict == json, "the strict rules read something else")
    }
    return json
  }

  /// What a plugin's exit with an error, and with success, makes of its output.
  private func checkResponse(_ bytes: [UInt8]) throws -> Bool {
    var failed = PluginResponse.exited(1)
    failed.stdout = bytes
    guard let failure = failed.failure else { throw Violation("exit status 1 is no failure") }
    try require(!failure.message.isEmpty, "a failure without a message")
    let length = max(failure.message.utf8.count, failure.details.utf8.count)
    try require(length <= CNIBounds.errorText, "a failure with more words than are kept")
    var succeeded = PluginResponse.exited(0)
    succeeded.stdout = bytes
    try require(succeeded.failure == nil, "exit status 0 is a failure")
    _ = try attempt { () throws(CNIError) in try succeeded.result(defaultVersion: "1.0.0") }
    return failure.code != 0
  }
}
