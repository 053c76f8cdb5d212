import CNI
import LinuxKernel

/// Tells what a plugin is given before it runs, and what it answers when it has.
struct ExplainingInvoker: PluginInvoker {
  let base: any PluginInvoker
  let console: Console

  func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    try base.locate(type, in: directories)
  }

  func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    console.error(CallText.request(request))
    let started = SuspendingClock.now
    let response = base.invoke(request, cancellation: cancellation)
    console.error(CallText.answer(response, to: request, after: started.duration(to: .now)))
    return response
  }
}
