import ArgumentParser
import JSON
import RuntimeAPI

/// How data is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case json, yaml, table
  case goTemplate = "go-template"
}

extension Console {
  /// Writes a document as JSON, YAML or through a template.
  func write(_ document: JSON, as format: OutputFormat, template: String? = nil) throws(CommandFailure.Reason) {
    switch format {
    case .json: line(document.text(indent: 2))
    case .yaml: write(try YAMLWriter.text(document))
    case .goTemplate:
      do {
        line(try GoTemplate(template ?? "").render(isTerminal() ? document.sanitised : document))
      } catch {
        throw .init("template: \(error)")
      }
    case .table: throw .init("there is no table of this; use -o json, yaml or go-template")
    }
  }

  /// Refuses a template that is missing, superfluous or malformed before anything is asked of the daemon.
  func check(_ format: OutputFormat, template: String?) throws(CommandFailure.Reason) {
    switch (format, template) {
    case (.goTemplate, let template?):
      do {
        _ = try GoTemplate(template)
      } catch {
        throw .init("template: \(error)")
      }
    case (.goTemplate, nil): throw .init("-o go-template needs --template")
    case (_, .some): throw .init("--template needs -o go-template")
    case (_, nil): break
    }
  }
}

extension JSON {
  /// The document with its strings made safe for a terminal.
  fileprivate var sanitised: JSON {
    switch self {
    case .null, .bool, .number: self
    case .string(let text): .string(text.sanitised(keeping: ["\n", "\t"]))
    case .array(let elements): .array(elements.map(\.sanitised))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.sanitised) }))
    }
  }
}
