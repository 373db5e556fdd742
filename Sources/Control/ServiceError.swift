import Configuration
import EventLoop

/// Why Yett does not start.
public enum ServiceError: Error, CustomStringConvertible {
  case configuration(ConfigurationError)
  case certificates(String)
  case system(SystemError)

  public var description: String {
    switch self {
    case .configuration(let error): "\(error)"
    case .certificates(let words): words
    case .system(let error): "\(error)"
    }
  }
}
