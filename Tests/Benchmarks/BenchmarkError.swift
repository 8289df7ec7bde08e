/// Why a benchmark's figures would mean nothing.
enum BenchmarkError: Error {
    case unexpectedAnswer
    case missingArgument(String)
}
