import HTTP

/// A fetch under way, as its reader drives it. None of its calls tells the reader anything before it returns.
public protocol Fetching: AnyObject {
  /// Octets of the request's body that are taken now; 0 while the origin does not take any.
  var bodyRoom: Int { get }
  /// Up to `bodyRoom` octets of the request's body, as they came.
  func send(_ octets: Span<UInt8>)
  /// The request's body was whole.
  func finishBody()
  /// The reader takes octets of the answer again.
  func resume()
  /// Nobody reads it any more: its connection is closed, and the request never finished.
  func cancel()
  /// What it came to so far.
  var progress: FetchProgress { get }
}

/// Who makes fetches for a worker: its pools, or a script in tests.
public protocol FetchStarting: AnyObject {
  /// Begins to fetch; `request` is copied or taken, its storage may come back empty.
  ///
  /// - Parameter pool: of the snapshot that the reader began with, whatever was loaded since.
  /// - Throws: where no server could be tried at all. The reader is told nothing then.
  func start(
    _ request: inout OriginRequest, pool: OriginPool, reader: any FetchReader
  ) throws(UpstreamFailure) -> any Fetching
}
