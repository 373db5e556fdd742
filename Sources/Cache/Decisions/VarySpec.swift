import Bytes
import HTTP

/// The names of the fields by which a resource's answers vary: lower-case, sorted, none twice. Any thread.
public final class VarySpec: Sendable, Equatable {
  private struct Member: Sendable, Equatable {
    let range: Range<Int>
    let known: FieldName
  }

  /// A part of the selecting fields, drawn anew when what is stored is invalidated: what was found by an earlier one is
  /// found no more, wherever it lies.
  private let generation = UInt64.random(in: 0 ... .max)
  private let octets: [UInt8]
  private let members: [Member]

  /// - Parameter names: lower-case, sorted, none twice, in number and length as `VaryField` bounds them.
  init(_ names: [[UInt8]]) {
    var octets: [UInt8] = []
    var members: [Member] = []
    for name in names {
      members.append(Member(range: octets.count..<octets.count + name.count, known: FieldName(name.span)))
      octets += name
    }
    (self.octets, self.members) = (octets, members)
  }

  /// The same names, for what is stored from now on.
  private init(renewing spec: VarySpec) { (octets, members) = (spec.octets, spec.members) }

  func renewed() -> VarySpec { VarySpec(renewing: self) }

  /// Whether the same fields select.
  public static func == (left: VarySpec, right: VarySpec) -> Bool {
    left === right || left.members == right.members && left.octets == right.octets
  }

  /// Octets of memory, roughly.
  var cost: Int { 128 + octets.count + members.count * MemoryLayout<Member>.stride }

  /// Extends `key` by the names and by what a client's request says of each (RFC 9111 §4.1). A field that goes no
  /// further than Yett counts as absent, since the origin did not see it.
  func select(from head: borrowing RequestHead, _ headOctets: Span<UInt8>, into key: inout CacheKey) {
    let names = octets
    key.append(generation)
    for member in members {
      let name = names.span.extracting(member.range)
      key.beginField(name)
      let slots = head.fields.span
      for index in slots.indices {
        let slot = slots[index]
        guard slot.known == member.known,
          member.known != .other || headOctets[clamped: slot.name].equalsIgnoringCase(name),
          !head.isHopByHop(slot, octets: headOctets)
        else { continue }
        key.appendLine(headOctets[clamped: slot.value], of: member.known)
      }
      key.endField()
    }
  }

  /// The same of a fill's request, which keeps its fields as a block.
  func select(from fields: FieldBlock, into key: inout CacheKey) {
    let (names, lines) = (octets, fields.octets)
    key.append(generation)
    for member in members {
      let name = names.span.extracting(member.range)
      key.beginField(name)
      for slot in fields.slots {
        guard slot.known == member.known,
          member.known != .other || lines.span[clamped: slot.name].equalsIgnoringCase(name)
        else { continue }
        key.appendLine(lines.span[clamped: slot.value], of: member.known)
      }
      key.endField()
    }
  }
}
