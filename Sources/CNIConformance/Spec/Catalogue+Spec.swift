extension Catalogue {
  /// The cases of this level.
  static let spec: [Case] =
    specVariables + specOptionalVariables + specVerbs + specVersionVerb + specVersions + specInput + specErrors
    + specOutput + specResult + specResultAddresses + specInterfaceNames + specContainerIDs + specAdd + specNamespaces
    + specDel + specDelMissing + specDelOthers + specCheck + specCheckDrift + specGC + specStatus + specChained
    + specChainedFields + specTolerance + specPortMappings + specArguments + specDelegates + specDelegateFailures
}
