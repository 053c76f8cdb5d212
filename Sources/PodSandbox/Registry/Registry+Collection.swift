extension RegistryState {
  /// Takes an id that leads to nothing, or to a record that cannot be used, out of circulation: from now on it is gc's.
  ///
  /// To be asked after the host was listed, so that whatever has become a run or a sandbox meanwhile is found here.
  ///
  /// - Returns: `false` when the id is somebody's: what was found of it is no garbage.
  mutating func collect(_ id: String) -> Bool {
    guard !isSomebodysNamespace(id) else { return false }
    switch places[id]?.entry {
    case nil: put(.collecting(Collection(quarantined: nil)), at: id)
    case .quarantined(let file)?: put(.collecting(Collection(quarantined: file)), at: id)
    case .run?, .sandbox?, .owed?, .collecting?: return false
    }
    return true
  }

  /// gc is done with an id: it leads to nothing, or back to the record that is still there.
  mutating func endCollection(_ id: String, isClean: Bool) {
    guard case .collecting(let collection)? = places[id]?.entry else { return }
    put(isClean ? nil : collection.quarantined.map(Entry.quarantined), at: id)
  }

  /// Whether an id is free for gc, without taking it: for a dry run.
  func isCollectable(_ id: String) -> Bool {
    guard !isSomebodysNamespace(id) else { return false }
    return switch places[id]?.entry {
    case nil, .quarantined?: true
    case .run?, .sandbox?, .owed?, .collecting?: false
    }
  }

  /// Whether an id that only a namespace's name tells of, the first half of one, is the beginning of one that leads somewhere.
  private func isSomebodysNamespace(_ id: String) -> Bool {
    guard let prefix = SandboxIDs.namespacePart(ofPadded: id) else { return false }
    return places.keys.contains { $0.utf8.starts(with: prefix.utf8) }
  }
}
