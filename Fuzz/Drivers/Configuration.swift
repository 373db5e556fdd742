import Configuration

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  withOctets(data, count) { octets in
    do throws(ConfigurationError) {
      let configuration = try Configuration.decode(octets, file: "y")
      check(!configuration.listeners.isEmpty, "what is valid listens somewhere")
      for site in configuration.sites { check(!site.routes.isEmpty, "a site has routes") }
    } catch {
      check(!error.diagnostics.isEmpty, "a refusal says why")
      check(error.diagnostics.count <= Configuration.diagnosticsLimit, "diagnostics are bounded")
      for diagnostic in error.diagnostics { check(diagnostic.line >= 1, "a diagnostic has its line") }
    }
  }
}
