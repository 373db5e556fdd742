/// Some fields of a table, by their places: what is chosen once, in a loop that is inlined, is copied elsewhere.
@usableFromInline struct FieldSelection {
  /// One bit a place, the lowest first; `FieldTable.limit` is below 128.
  @usableFromInline var words: (UInt64, UInt64) = (0, 0)

  @inlinable init(from fields: borrowing FieldTable, where keeps: (FieldSlot) -> Bool) {
    let slots = fields.span
    var index = 0
    repeat {
      // The closure is inlined once: the loop runs a second time where there are more than 64.
      let end = Swift.min(slots.count, index &+ 64)
      var word: UInt64 = 0
      while index < end {
        word |= (keeps(slots[index]) ? 1 : 0) &<< UInt64(truncatingIfNeeded: index)
        index &+= 1
      }
      words = (words.1, word)
    } while index < slots.count
    if slots.count <= 64 { words = (words.1, 0) }
  }

  var count: Int { words.0.nonzeroBitCount &+ words.1.nonzeroBitCount }

  /// Calls with each place, in order.
  @inline(__always) func visit(_ body: (Int) -> Void) {
    var word = words.0
    while word != 0 {
      body(word.trailingZeroBitCount)
      word &= word &- 1
    }
    word = words.1
    while word != 0 {
      body(word.trailingZeroBitCount &+ 64)
      word &= word &- 1
    }
  }
}
