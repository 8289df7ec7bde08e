/// Measurements of the drivers against the programs we compare with: `Benchmarks <name> [argument]`.
@main
enum Benchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "http-client":
            guard arguments.count == 2 else { throw BenchmarkError.missingArgument("the URL to send to") }
            try await CurlBenchmark(url: arguments[1]).run()
        default:
            print("usage: Benchmarks http-client <url>")
        }
    }
}
