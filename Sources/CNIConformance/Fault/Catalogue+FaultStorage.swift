import CNI
import JSON
import LinuxKernel

extension Catalogue {
  /// Disks that fail, and state that is not as it was written.
  static let faultStorage: [Case] = [
    storage("full-disk", "there is no room under its data directory") { try DataDirectories.fill($0) },
    storage("read-only-disk", "its data directory cannot be written") { try Mounts.setReadOnly($0) },
    Case(
      .fault, "disk-error-document", .should,
      "An ADD that cannot write its state says so: it succeeds, or ends with an error document.",
      basis: "CNI 1.1.0, section 5, Error: a plugin that fails prints an error document", on: .networks
    ) { trial in
      let directories = try DataDirectories(trial)
      for (words, prepare) in [
        ("a full disk", DataDirectories.fill), ("a read-only directory", { try Mounts.setReadOnly($0) }),
      ] as [(String, (String) throws -> Void)] {
        let pod = try trial.pod()
        try directories.covered(prepare) {
          let call = try trial.addUnderTest(pod, nil)
          trial.expect(
            call.succeeded || call.errorCode != nil, "\(call.request.plugin): ADD with \(words): \(call.outcome)")
        }
        try trial.delUnderTest(pod, nil)
        try trial.discard(pod)
      }
    },
    Case(
      .fault, "no-data-directory", .must, "ADD makes the data directory that is missing.",
      basis: "a host that was just installed has none; the reference plugins make it", on: .networks
    ) { trial in
      let directories = try DataDirectories(trial)
      try directories.empty()
      let pod = try trial.pod()
      let call = try trial.addUnderTest(pod, nil)
      trial.expect(call.succeeded, "ADD without \(directories.paths) or anything in it failed: \(call.outcome)")
      try trial.detachUnderTest(pod, call.outcomeDocument)
    },
    Case(
      .fault, "state-lost", .must, "DEL succeeds, and leaves nothing, though the plugin's data directory was emptied.",
      basis: FaultBasis.tolerates, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let directories = try DataDirectories(trial)
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      let result = try trial.attachUnderTest(pod, nil)
      try directories.empty()
      var lenient = judge
      lenient.mayMiss = true
      _ = try trial.recover(pod, result: result, lenient, from: before, "after the state was lost")
    },
    Case(
      .fault, "state-emptied", .should,
      "DEL succeeds, and the pod can be attached again, though its own state files are empty, as after a crash of the host.",
      basis: "files that were not synced are empty after a crash; that must not keep a pod from going", on: .networks
    ) { trial in
      var judge = try trial.warmUp()
      // Whose an empty file was nobody can tell for certain.
      judge.usual.insert(.file)
      let directories = try DataDirectories(trial)
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      let marks = PodMarks(pod)
      let result = try trial.attachUnderTest(pod, nil)
      let own = try trial.snapshot([.file]).bearing { $0.kind == .file ? marks.identifier(in: $0) : nil }
        .map(\.item.identity).filter { directories.files().contains($0) }
      guard !own.isEmpty else { try trial.skip("the plugin keeps no file with the container's id") }
      for path in own { try DurableFile.replace(path, with: [], mode: 0o600, durable: false) }
      _ = try trial.recover(
        pod, result: result, judge, from: before, "after \(own.joined(separator: ", ")) became empty")
    },
    Case(
      .fault, "state-garbled", .should,
      "ADD and DEL of other pods succeed though files of the data directory hold garbage.",
      basis: "a file that is damaged must not keep a host from running pods", on: .networks
    ) { trial in
      _ = try trial.warmUp([.link])
      let directories = try DataDirectories(trial)
      let files = directories.files()
      guard !files.isEmpty else { try trial.skip("the plugin keeps no files") }
      for path in files { try DurableFile.replace(path, with: Array("\0gar\nbage".utf8), mode: 0o600, durable: false) }
      let pod = try trial.pod()
      let call = try trial.addUnderTest(pod, nil)
      trial.expect(call.succeeded, "ADD with garbage in \(files.joined(separator: ", ")) failed: \(call.outcome)")
      try trial.detachUnderTest(pod, call.outcomeDocument)
    },
  ]

  private static func storage(
    _ name: String, _ words: String, _ prepare: @escaping @Sendable (String) throws -> Void
  ) -> Case {
    Case(
      .fault, name, .must,
      "Where \(words), ADD ends in time; once that is mended DEL succeeds and leaves nothing, and the pod can be attached.",
      basis: FaultBasis.resources, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let directories = try DataDirectories(trial)
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      try directories.covered(prepare) {
        let call = try trial.addUnderTest(pod, nil)
        if case .timedOut(let time) = call.response.outcome {
          trial.violate("\(call.request.plugin): ADD did not end within \(time) where \(words)")
        }
      }
      guard try trial.recover(pod, judge, from: before, "after an ADD when \(words)") else { return }
      // And DEL: what it cannot do now, it can do later.
      let other = try trial.pod()
      var result: JSON?
      try directories.covered({ _ in }) {
        let attached = try trial.attachUnderTest(other, nil)
        for path in directories.paths { try prepare(path) }
        try trial.delUnderTest(other, attached)
        result = attached
      }
      _ = try trial.recover(other, result: result, judge, from: before, "after a DEL when \(words)")
    }
  }
}
