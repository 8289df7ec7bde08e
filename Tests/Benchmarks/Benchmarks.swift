/// Measurements of the drivers against the programs we compare with: `Benchmarks <name> [argument]…`.
@main
enum Benchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "http-client":
            guard arguments.count == 2 else { throw BenchmarkError.missingArgument("the URL to send to") }
            try await CurlBenchmark(url: arguments[1]).run()
        case "bare-proxy":
            guard arguments.count == 3, let port = Int(arguments[1]) else {
                throw BenchmarkError.missingArgument("a port and the URL to send to")
            }
            try await BareProxy(port: port, upstream: arguments[2]).run()
        case "postgres":
            guard arguments.count == 3 else { throw BenchmarkError.missingArgument("a URL and the path of pgbench") }
            try await PostgresBenchmark(url: arguments[1], pgbench: arguments[2]).run()
        case "redis":
            guard arguments.count == 3 else { throw BenchmarkError.missingArgument("the URL and redis-benchmark") }
            try await RedisBenchmark(url: arguments[1], program: arguments[2]).run()
        default:
            print(
                """
                usage: Benchmarks http-client <url>
                       Benchmarks bare-proxy <port> <url>
                       Benchmarks postgres <superuser's URL> <path of pgbench>
                       Benchmarks redis <url> <path of redis-benchmark>
                """)
        }
    }
}
