import CNI
import CNIPlugin
import LinuxKernel

/// A file in resolv.conf(5)'s form.
enum ResolverFile {
  /// Its settings; what is neither nameserver, domain, search nor options is passed over.
  static func read(_ path: String) throws(PluginError) -> CNIResult.DNS {
    let bytes = try reporting { () throws(KernelError) in try DurableFile.read(path, limit: 1 << 20) }
    var dns = CNIResult.DNS()
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let text = line.prefix { $0 != "#" && $0 != ";" }
      let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
      guard words.count > 1 else { continue }
      switch words[0] {
      case "nameserver": dns.nameservers.append(words[1])
      case "domain": dns.domain = words[1]
      case "search": dns.search += words.dropFirst()
      case "options": dns.options += words.dropFirst()
      default: break
      }
    }
    return dns
  }
}
