import RuntimeAPI

extension Session {
  /// Calls `body` with each event from now on; `began` when the first one can no longer be missed. Either ends it by saying so.
  ///
  /// - Throws: What `body` throws, and when the stream ends before it is done.
  func events(
    began: () async throws(CommandFailure.Reason) -> Bool,
    each body: (CRI.ContainerEventResponse) async throws(CommandFailure.Reason) -> Bool
  ) async throws(CommandFailure.Reason) {
    do {
      let events = try await client.stream(
        RuntimeService.getContainerEvents, .init(), beginningWithin: settings.timeout)
      if try await began() { return }
      for try await event in events where try await body(event) { return }
    } catch let error as ConnectError {
      throw CommandFailure.Reason(error)
    } catch let error as CommandFailure.Reason {
      throw error
    } catch {
      throw .init("\(error)")
    }
    throw .init("the daemon has ended the stream of events")
  }
}
