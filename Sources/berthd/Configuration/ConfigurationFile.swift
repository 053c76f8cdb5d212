import PodSandbox

/// The configuration file: a JSON object whose every key is optional.
///
/// Unknown keys are errors that name the nearest known one, so that a misspelt setting is never silently without effect.
struct ConfigurationFile: Decodable, Equatable {
  var socket: String?
  var group: String?
  var root: String?
  var state: String?
  var netnsDir: String?
  var cniConfDir: String?
  var cniBinDir: String?
  var cniCacheDir: String?
  var cgroupParent: String?
  var pauseBinary: String?
  var logLevel: LogLevel?
  var logFormat: LogFormat?
  var maxConcurrentRequests: Int?
  var maxRequestBodyBytes: Int?
  var requestReadTimeout: DurationText?
  var idleTimeout: DurationText?
  var stepTimeout: DurationText?
  var pluginTimeout: DurationText?
  var pluginDeleteTimeout: DurationText?
  var shutdownGrace: DurationText?
  var runtimeHandlers: [String: Handler]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case socket, group, root, state, netnsDir, cniConfDir, cniBinDir, cniCacheDir, cgroupParent, pauseBinary
    case logLevel, logFormat, maxConcurrentRequests, maxRequestBodyBytes, requestReadTimeout, idleTimeout
    case stepTimeout, pluginTimeout, pluginDeleteTimeout, shutdownGrace, runtimeHandlers
  }

  /// One runtime handler's settings; what is missing is as for the default handler.
  struct Handler: Decodable, Equatable {
    var cniConfDir: String?
    var networks: [String]?

    enum CodingKeys: String, CodingKey, CaseIterable { case cniConfDir, networks }

    init(from decoder: any Decoder) throws {
      try decoder.refuseUnknownKeys(knowing: CodingKeys.self)
      let values = try decoder.container(keyedBy: CodingKeys.self)
      cniConfDir = try values.decodeIfPresent(String.self, forKey: .cniConfDir)
      networks = try values.decodeIfPresent([String].self, forKey: .networks)
    }
  }

  init(from decoder: any Decoder) throws {
    try decoder.refuseUnknownKeys(knowing: CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value<T: Decodable>(_ key: CodingKeys) throws -> T? { try values.decodeIfPresent(T.self, forKey: key) }
    socket = try value(.socket)
    group = try value(.group)
    root = try value(.root)
    state = try value(.state)
    netnsDir = try value(.netnsDir)
    cniConfDir = try value(.cniConfDir)
    cniBinDir = try value(.cniBinDir)
    cniCacheDir = try value(.cniCacheDir)
    cgroupParent = try value(.cgroupParent)
    pauseBinary = try value(.pauseBinary)
    logLevel = try value(.logLevel)
    logFormat = try value(.logFormat)
    maxConcurrentRequests = try value(.maxConcurrentRequests)
    maxRequestBodyBytes = try value(.maxRequestBodyBytes)
    requestReadTimeout = try value(.requestReadTimeout)
    idleTimeout = try value(.idleTimeout)
    stepTimeout = try value(.stepTimeout)
    pluginTimeout = try value(.pluginTimeout)
    pluginDeleteTimeout = try value(.pluginDeleteTimeout)
    shutdownGrace = try value(.shutdownGrace)
    runtimeHandlers = try value(.runtimeHandlers)
  }
}
