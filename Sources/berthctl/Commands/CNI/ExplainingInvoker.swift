import CNI

/// Tells what a plugin is given before it runs, and what it answers when it has.
struct ExplainingInvoker: PluginInvoker {
  let base: any PluginInvoker
  let console: Console

  func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    try base.locate(type, in: directories)
  }

  func invoke(_ request: PluginRequest) async -> PluginResponse {
    console.error(CallText.request(request))
    let started = SuspendingClock.now
    let response = await base.invoke(request)
    console.error(CallText.answer(response, to: request, after: started.duration(to: .now)))
    return response
  }
}
