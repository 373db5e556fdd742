import HTTP
import Telemetry

extension ListenerEvent {
  /// What a listener counts of it.
  init(_ flood: HTTP2Flood) {
    self =
      switch flood {
      case .rapidReset: .rapidReset
      case .continuation: .continuationFlood
      case .settings: .settingsFlood
      case .ping: .pingFlood
      case .priority: .priorityFlood
      case .emptyFrames: .emptyFrames
      case .stall: .stall
      case .hpack: .hpackBomb
      case .madeResets: .madeResets
      case .windowUpdates: .windowUpdateFlood
      }
  }
}
