import Testing

@Suite("Commands teach who misuses them, and exit with 2")
struct CommandTests {
  @Test(
    "misuse",
    arguments: [
      (["chekc"], "there is no command `chekc`; did you mean `check`?\n"), (["xyzzy"], "Usage: yett"),
      (["serve", "--confg", "a"], "Did you mean '--config'?"),
      (["serve", "a.yaml", "--config", "b.yaml"], "one configuration file, please"),
      (["serve", "--verbose", "--quiet"], "exclude each other"),
      (["status", "--since", "11m"], "up to 10m, not '11m'"),
      (["status", "--since", "5"], "such as 60s or 5m"), (["status", "--route", "a b"], "SITE/NAME"),
      (["reload", "--socket", "/" + String(repeating: "a", count: 107)], "--socket has 107 octets at most"),
      (["demo", "--seconds", "0"], "--seconds is 1 or more"),
    ] as [([String], String)])
  func misuse(words: [String], said: String) throws {
    let run = try Program.run(Yett.executable, words)
    #expect(run.exit == .code(2) && run.output == "" && run.errors.contains(said), "\(run.errors)")
  }

  @Test("each command has examples", arguments: ["serve", "check", "reload", "status", "demo"])
  func help(command: String) throws {
    let run = try Program.run(Yett.executable, [command, "--help"])
    #expect(run.exit == .code(0) && run.output.contains("EXAMPLES:\n  yett \(command)"), "\(run.output)")
  }

  @Test("a Yett that is not there is a no, with what to do", arguments: ["status", "reload"])
  func unreachable(command: String) throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(Yett.executable, [command, "--socket", folder.path(of: "none.sock")])
    #expect(run.exit == .code(1) && run.errors.hasSuffix("does it run? --config or --socket says which one is meant\n"))
  }

  @Test("a route that is not there is told in words, with what was probably meant; as JSON where asked")
  func route() throws {
    try withYett(AdminTests.hello) { yett in
      let text = try yett.command("status", "--route", "al")
      #expect(text.exit == .code(1) && text.errors == "no route is called `al`; did you mean `all`?\n")
      let json = try yett.command("status", "--route", "al", "--json")
      #expect(
        json.exit == .code(1) && json.errors == #"{"error":"no route is called `al`; did you mean `all`?"}"# + "\n")
    }
  }

  @Test("a second Yett takes no part of the first one's connections")
  func shared() throws {
    try withYett(AdminTests.hello) { yett in
      let folder = try TemporaryFolder()
      var second = AdminTests.hello
      second.listeners = [#"{ name: http, bind: "\#(try yett.endpoint())" }"#]
      let file = try folder.write(second.yaml(in: folder), to: "yett.yaml")
      let run = try Program.run(Yett.executable, ["serve", file])
      #expect(run.exit == .code(1) && run.errors.contains("Address already in use"), "\(run.errors)")
    }
  }
}
