import Time

/// When each profile's own ticket keys change next. Decides; changes nothing.
struct TicketSchedule {
  private struct Entry {
    let period: Nanoseconds
    let next: Instant
  }

  private var entries: [String: Entry] = [:]

  /// These are all profiles whose keys change by themselves, with their periods. What was begun goes on, unless its
  /// period is another one now.
  mutating func adopt(_ profiles: [(name: String, period: Nanoseconds)], at now: Instant) {
    var adopted: [String: Entry] = [:]
    for (name, period) in profiles {
      let known = entries[name].flatMap { $0.period == period ? $0 : nil }
      adopted[name] = known ?? Entry(period: period, next: now + period)
    }
    entries = adopted
  }

  /// The profiles, by name, whose keys are to change now.
  mutating func due(at now: Instant) -> [String] {
    let due = entries.filter { $0.value.next <= now }
    for (name, entry) in due { entries[name] = Entry(period: entry.period, next: now + entry.period) }
    return due.keys.sorted()
  }
}
