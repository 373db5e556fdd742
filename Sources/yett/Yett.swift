import ArgumentParser

@main struct Yett: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "yett",
    abstract: "A reverse proxy that caches, balances, and keeps its routes to their targets.",
    subcommands: [Serve.self])
}
