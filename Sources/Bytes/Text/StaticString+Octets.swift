extension StaticString {
  /// The octets of a text that is written as a literal; it lives as long as the process.
  @inlinable public var octets: Span<UInt8> {
    @_lifetime(immortal) get {
      let span = unsafe Span<UInt8>(_unsafeStart: utf8Start, count: utf8CodeUnitCount)
      return unsafe _overrideLifetime(span, copying: ())
    }
  }
}
