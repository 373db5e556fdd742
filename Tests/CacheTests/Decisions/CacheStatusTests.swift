import Bytes
import Testing
import Time

@testable import Cache

@Suite("RFC 9211: Cache-Status")
struct CacheStatusTests {
  @Test(
    "is written as the RFC has it",
    arguments: [
      (CacheStatus(forward: nil, timeToLive: .seconds(42)), "Yett; hit; ttl=42"),
      (CacheStatus(forward: nil, isStored: true, isCollapsed: true), "Yett; hit"),
      (CacheStatus(forward: .uriMiss, isStored: true), "Yett; fwd=uri-miss; stored"),
      (
        CacheStatus(forward: .varyMiss, timeToLive: .seconds(9), isCollapsed: true),
        "Yett; fwd=vary-miss; ttl=9; collapsed"
      ),
      (CacheStatus(forward: .stale, timeToLive: .seconds(-3), isStored: true), "Yett; fwd=stale; ttl=-3; stored"),
      (CacheStatus(forward: .miss), "Yett; fwd=miss"), (CacheStatus(forward: .bypass), "Yett; fwd=bypass"),
      (CacheStatus(forward: .method), "Yett; fwd=method"),
      (CacheStatus(forward: nil, timeToLive: Nanoseconds(.min)), "Yett; hit; ttl=-9223372036"),
      (
        CacheStatus(forward: .varyMiss, timeToLive: Nanoseconds(.min), isStored: true, isCollapsed: true),
        "Yett; fwd=vary-miss; ttl=-9223372036; stored; collapsed"
      ),
    ])
  func written(status: CacheStatus, expected: String) {
    var buffer = BufferPool().take(.small)
    buffer.append(addingUpTo: CacheStatus.octetLimit) { status.write(to: &$0) }
    #expect(text(array(buffer.readable)) == expected)
  }
}
