import Foundation

/// A process that the test started and ends; what it says on both outputs is read line by line, by deadline.
final class Program {
  let identifier: Int32
  let name: String
  let output: Output
  let errors: Output
  private let input: Descriptor?
  private var status: Exit?

  enum Exit: Equatable {
    case code(Int32)
    case signal(Int32)
  }

  /// What it reads.
  enum Input {
    case nothing
    case given(Descriptor)
    /// What the test has to `say`, to its end.
    case words
  }

  /// - Parameters:
  ///   - executable: a path, or a name that `PATH` knows.
  ///   - input: what it reads. `output` is what it writes to, where that is not to be read here.
  init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: Input = .nothing,
    output given: Descriptor? = nil
  ) throws {
    let (outputReader, outputWriter) = try Self.pipe()
    let (errorReader, errorWriter) = try Self.pipe()
    let (inputReader, inputWriter): (Descriptor?, Descriptor?) =
      switch input {
      case .nothing: (nil, nil)
      case .given(let descriptor): (descriptor, nil)
      case .words: try Self.pipe()
      }
    // The child's ends block: what programs expect of them.
    for end in [outputWriter, errorWriter, inputReader, given].compactMap({ $0 }) {
      _ = fcntl(end.number, F_SETFL, fcntl(end.number, F_GETFL) & ~O_NONBLOCK)
    }
    name = executable.split(separator: "/").last.map(String.init) ?? executable
    (output, errors, self.input) = (Output(outputReader), Output(errorReader), inputWriter)

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let inputReader {
      unsafe posix_spawn_file_actions_adddup2(&actions, inputReader.number, 0)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, (given ?? outputWriter).number, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, errorWriter.number, 2)
    // Threads of a test's pool block signals, and a child would inherit that.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var words = unsafe ([executable] + arguments).map { unsafe strdup($0) } + [nil]
    var settings = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
      for index in unsafe settings.indices { unsafe free(settings[index]) }
    }
    var identifier = pid_t()
    let result = unsafe posix_spawnp(&identifier, executable, &actions, &attributes, &words, &settings)
    guard result == 0 else { throw Unmet("\(executable) cannot be started: errno \(result)") }
    self.identifier = identifier
  }

  deinit {
    guard status == nil else { return }
    kill(identifier, SIGKILL)
    waitpid(identifier, nil, 0)
  }

  /// Both ends; neither is inherited by accident.
  static func pipe() throws -> (reader: Descriptor, writer: Descriptor) {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw Unmet("pipe: errno \(errno)") }
    return (try Descriptor(ends[0], "pipe"), try Descriptor(ends[1], "pipe"))
  }

  /// Says something to it, where its input is `words`; more than a pipe holds is not taken.
  func say(_ text: String) throws {
    guard let input, unsafe write(input.number, Array(text.utf8), text.utf8.count) == text.utf8.count else {
      throw Unmet("\(name) does not listen")
    }
  }

  func signal(_ number: Int32) { if status == nil { kill(identifier, number) } }

  /// Stops all its threads for the body, so that what happens in it is one turn's news.
  func whileStopped(_ body: () throws -> Void) rethrows {
    signal(SIGSTOP)
    waitpid(identifier, nil, WUNTRACED)
    defer { signal(SIGCONT) }
    try body()
  }

  /// Waits for its end, which closes both outputs; reads what it says till then.
  func exit(by deadline: Deadline = .patient) throws -> Exit {
    if let status { return status }
    while true {
      let waiting = [output, errors].filter { !$0.drain() }.map(\.descriptor)
      if waiting.isEmpty { break }
      guard Descriptor.isAnyReadable(waiting, by: deadline) else { throw Unmet("\(name) did not end in time") }
    }
    var word = Int32(0)
    unsafe waitpid(identifier, &word, 0)
    let exit = word & 0x7F == 0 ? Exit.code(word >> 8 & 0xFF) : .signal(word & 0x7F)
    status = exit
    return exit
  }

  /// Runs a program to its end.
  static func run(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], by deadline: Deadline = .patient
  ) throws -> (exit: Exit, output: String, errors: String) {
    let program = try Program(executable, arguments, environment: environment)
    let exit = try program.exit(by: deadline)
    return (exit, try program.output.all(), try program.errors.all())
  }
}

/// What a process says, line by line as it is asked for.
final class Output {
  let descriptor: Descriptor
  private var unread: [UInt8] = []
  private var isOver = false
  /// The lines that were asked for.
  private(set) var said = ""

  init(_ descriptor: Descriptor) { self.descriptor = descriptor }

  /// Reads what is there; `true` when no more comes.
  func drain() -> Bool {
    while !isOver {
      switch descriptor.read() {
      case .octets(let octets): unread += octets
      case .end, .reset: isOver = true
      case .nothing: return false
      }
    }
    return true
  }

  /// The next line; `nil` when no more comes.
  func line(by deadline: Deadline = .patient) throws -> String? {
    while true {
      let isAll = drain()
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) { return take(end + 1) }
      if isAll { return unread.isEmpty ? nil : take(unread.count) }
      guard descriptor.isReadable(by: deadline) else { throw Unmet("no line came in time, after:\n\(said)") }
    }
  }

  private func take(_ count: Int) -> String {
    let line = String(decoding: unread[..<count], as: UTF8.self)
    unread.removeFirst(count)
    said += line
    return line.hasSuffix("\n") ? String(line.dropLast()) : line
  }

  /// Everything, to the end.
  func all(by deadline: Deadline = .patient) throws -> String {
    while try line(by: deadline) != nil {}
    return said
  }

  /// Reads on to the first line of which `find` makes something.
  func first<Found>(by deadline: Deadline = .patient, _ find: (String) -> Found?) throws -> Found {
    while let line = try line(by: deadline) {
      if let found = find(line) { return found }
    }
    throw Unmet("it ended without the line, after:\n\(said)")
  }
}
