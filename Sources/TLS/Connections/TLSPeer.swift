/// Who is at the other end of TLS connections, as one thread knows it: a client of a `TLSContext`, or a `KnownServer`.
///
/// A class for the two to inherit from, and neither an enum nor a protocol: a stream with one word more for it is so
/// large that it is copied whenever its transport is asked something (30 to 60 instructions each time, some 140 a hit).
public class TLSPeer {
  /// The thread's. Contexts and connections retain it through this object.
  final let library: TLSLibrary

  init(in library: TLSLibrary) { self.library = library }

  var isServer: Bool { false }

  /// Why OpenSSL failed the handshake whose call has just returned; its error queue is empty then.
  func takeFailure() -> TLSFailure { .takeFromQueue() }
}
