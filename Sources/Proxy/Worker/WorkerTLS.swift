import TLS

/// One worker's TLS: a library context of its own, and one context for each profile and list of protocols that some
/// listener speaks.
final class WorkerTLS {
  /// Of contexts for clients, and of those for origins.
  let library: TLSLibrary
  private var contexts: [TLSSettings: TLSContext] = [:]

  init() throws(TLSError) { library = try TLSLibrary() }

  /// Keeps the contexts whose settings stay; neither a new certificate nor a new ticket key makes one anew.
  func adopt(_ plans: [Snapshot.TLSPlan]) throws(TLSError) {
    var kept: [TLSSettings: TLSContext] = [:]
    for plan in plans {
      if let known = contexts[plan.settings] {
        kept[plan.settings] = known
      } else {
        kept[plan.settings] = try TLSContext(
          plan.settings, certificates: plan.certificates, tickets: plan.tickets, in: library)
      }
    }
    contexts = kept
  }

  func context(of settings: TLSSettings) -> TLSContext? { contexts[settings] }
}
