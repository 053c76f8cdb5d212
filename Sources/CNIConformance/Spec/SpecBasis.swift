/// The sections of the public specification that cases stand on.
enum SpecBasis {
  static let parameters = "CNI 1.1.0, section 2, \"Parameters\""
  static let errors = "CNI 1.1.0, section 2, \"Errors\", and section 5, \"Error\""
  static let errorCodes = "CNI 1.1.0, section 5, \"Error\": the reserved codes"
  static let add = "CNI 1.1.0, section 2, \"ADD\""
  static let del = "CNI 1.1.0, section 2, \"DEL\""
  static let check = "CNI 1.1.0, section 2, \"CHECK\""
  static let gc = "CNI 1.1.0, section 2, \"GC\""
  static let status = "CNI 1.1.0, section 2, \"STATUS\""
  static let version = "CNI 1.1.0, section 2, \"VERSION\", and section 5, \"VERSION Success\""
  static let result = "CNI 1.1.0, section 5, \"ADD Success\""
  static let configuration = "CNI 1.1.0, section 1, \"Plugin configuration objects\""
  static let request = "CNI 1.1.0, section 3, \"Deriving request configuration from plugin configuration\""
  static let attachment = "CNI 1.1.0, section 3, \"Attachment Parameters\""
  static let lifecycle = "CNI 1.1.0, section 3, \"Lifecycle & Ordering\""
  static let delegation = "CNI 1.1.0, section 4, \"Delegated plugin execution procedure\""
  static let reference = "the reference plugins (their library skel)"
}
