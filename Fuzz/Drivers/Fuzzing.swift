import Bytes

/// Lends libFuzzer's input as a copy that the address sanitizer watches at both ends.
func withOctets(_ data: UnsafePointer<UInt8>?, _ count: Int, _ body: ([UInt8]) -> Void) -> CInt {
  body(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}

/// A finding: libFuzzer keeps the input.
func check(_ holds: Bool, _ rule: @autoclosure () -> String) {
  if !holds { fatalError("broken: \(rule())") }
}

/// Ends of the parts in which `octets` are handed over: whole, cut at a place that they choose, and one by one.
func cuts(of octets: [UInt8]) -> [[Int]] {
  let place = octets.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % (octets.count + 1)
  return [[octets.count], [place, octets.count], Array(0...octets.count)]
}

func array(_ span: Span<UInt8>) -> [UInt8] {
  var array: [UInt8] = []
  array.append(span)
  return array
}
