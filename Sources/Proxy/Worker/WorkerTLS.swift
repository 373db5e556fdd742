import TLS

/// One worker's TLS: a library context of its own, and one context for each profile that some listener speaks.
final class WorkerTLS {
  /// Of contexts for clients, and of those for origins.
  let library: TLSLibrary
  private var contexts: [String: TLSContext] = [:]

  init() throws(TLSError) { library = try TLSLibrary() }

  /// Keeps the contexts whose settings stay; neither a new certificate nor a new ticket key makes one anew.
  func adopt(_ plans: [Snapshot.TLSPlan], tickets: TicketKeys) throws(TLSError) {
    var kept: [String: TLSContext] = [:]
    for plan in plans {
      if let known = contexts[plan.settings.name], known.settings == plan.settings {
        kept[plan.settings.name] = known
      } else {
        kept[plan.settings.name] = try TLSContext(
          plan.settings, certificates: plan.certificates, tickets: tickets, in: library)
      }
    }
    contexts = kept
  }

  func context(of profile: String) -> TLSContext? { contexts[profile] }
}
