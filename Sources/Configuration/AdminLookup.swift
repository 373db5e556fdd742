/// Where the administration of a file's Yett is, for commands that talk to it: also when the rest of the file is wrong,
/// which may be what the command is to tell.
public enum AdminLookup {
  /// What the file says of `admin`; `nil` where that can't be read. Blocks on the disk.
  public static func read(path: String) -> AdminConfiguration? {
    guard let text = try? SourceFile.read(path), text.count <= YAMLLimits.fileOctets else { return nil }
    return read(text, file: path)
  }

  /// The same of what was read already.
  public static func read(_ text: [UInt8], file: String) -> AdminConfiguration? {
    var decoder = Decoder()
    let index = decoder.add(file: file)
    guard let root = NodeReader.read(text, file: index, into: &decoder), let admin = root["admin"] else { return nil }
    return AdminConfiguration.decode(admin, &decoder)
  }
}
