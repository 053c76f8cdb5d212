import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RuntimeAPI

extension ConnectServer {
  /// Sends a stream to its end, and gives what is to be said of it in the log.
  func write(
    _ stream: OutgoingStream, _ call: CallContext, watching connection: ConnectionHandler,
    with writer: consuming ResponseWriter
  ) async -> Answer {
    connection.whenClosed { stream.cancel() }
    defer {
      connection.whenClosed(nil)
      stream.end()
    }
    let answer = Answer([], contentType: OutgoingStream.contentType)
    do {
      let head = HTTPResponse(status: .ok, headerFields: fields(of: answer, call))
      var body = try await writer.writeHead(head)
      for await message in stream.messages {
        try await body.write(ByteBuffer(bytes: Envelope(message: message).bytes))
      }
      let error = stream.error
      try await body.write(ByteBuffer(bytes: Envelope(endingWith: error).bytes))
      try await body.finish(nil)
      return error.map { Answer($0) } ?? answer
    } catch {
      return Answer(ConnectError(code: .canceled, message: "the client went away"))
    }
  }
}
