import Cache
import Telemetry

extension CacheFigures {
  /// As the store has them.
  init(_ figures: StoreFigures) {
    self.init()
    objects = UInt64(clamping: figures.objects)
    octets = UInt64(clamping: figures.octets)
    octetsLimit = UInt64(clamping: figures.octetsLimit)
    stored = figures.stored
    evicted = figures.evicted
    fills = UInt64(clamping: figures.fills)
    waiters = UInt64(clamping: figures.readers)
  }
}
