import Bytes

/// The `server_name` extension of a ClientHello (RFC 6066 §3), read before OpenSSL does: the session that a ticket
/// stands for is tied to the name, and the tie has to be known before the ticket is looked at.
enum ServerNameExtension {
  /// The host name in its comparable form, `nil` where there is none or the extension is malformed (OpenSSL will
  /// refuse the latter itself).
  static func hostName(in body: Span<UInt8>) -> [UInt8]? {
    // ServerNameList length (2), name_type (1), HostName length (2), HostName.
    guard body.count > 5, body[2] == 0 else { return nil }
    let length = Int(body[3]) << 8 | Int(body[4])
    guard length > 0, length <= body.count - 5 else { return nil }
    var name: [UInt8] = []
    name.reserveCapacity(length)
    for index in 5..<5 + length { name.append(body[index].lowercased) }
    if name.last == .dot { name.removeLast() }
    return name
  }
}
