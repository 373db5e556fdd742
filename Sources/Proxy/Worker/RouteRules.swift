import Bytes
import HTTP
import Telemetry

/// What a compiled route does, in the form that exchanges use it.
struct RouteRules {
  enum Action {
    case pool(Int)
    case redirect(status: UInt16, location: [UInt8])
    case respond(status: UInt16, contentType: [UInt8], body: Chunk)
  }

  var site: Int
  var action: Action
  /// Octets of a request's body.
  var bodyLimit: UInt64
  /// `nil` where nothing is stored.
  var cache: RouteCacheRules?
  var recorder: RouteRecorder
  /// For the log.
  var siteName: [UInt8]
  var routeName: [UInt8]
  /// The methods it allows, for 405; empty for all.
  var allow: [UInt8] = []
}
