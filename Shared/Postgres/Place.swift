/// Where in our code statements were written, added to whatever goes wrong with them.
struct Place {
    private let file: String
    private let line: Int
    private let statements: [SQL]

    init(_ file: String, _ line: Int, _ statements: [SQL]) {
        self.file = file
        self.line = line
        self.statements = statements
    }

    func locate<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as PostgresError where error.file == nil {
            let index = error.statementIndex ?? 0
            throw error.at(
                file: file, line: line, query: statements.indices.contains(index) ? statements[index].text : nil)
        }
    }
}
