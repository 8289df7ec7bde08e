internal import CPostgres
import Glibc

/// A result of libpq, freed with its last reader.
///
/// Unchecked because the compiler cannot know what the manual says: a `PGresult` is read-only once made, so any
/// thread may read it (libpq, "Behavior in Threaded Programs"). Rows are decoded by whoever asked, off the loop.
@safe final class ResultStorage: @unchecked Sendable {
    private let result: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    /// Takes the result over.
    init(_ result: OpaquePointer) {
        unsafe self.result = result
        rowCount = unsafe Int(PQntuples(result))
        columnCount = unsafe Int(PQnfields(result))
    }

    deinit {
        unsafe PQclear(result)
    }

    /// Rows changed or returned, from the command tag; zero for statements that have none.
    var affectedRows: Int {
        unsafe PQcmdTuples(result).flatMap { unsafe Int(String(cString: $0)) } ?? 0
    }

    /// For example `COMMIT` or `INSERT 0 1`.
    var commandTag: String {
        unsafe PQcmdStatus(result).map { unsafe String(cString: $0) } ?? ""
    }

    func columnName(_ column: Int) -> String {
        unsafe PQfname(result, Int32(column)).map { unsafe String(cString: $0) } ?? "\(column)"
    }

    /// The first column of that name. `PQfnumber` is not used because it folds the case of what it is given.
    func columnIndex(_ name: String) -> Int? {
        (0..<columnCount).first { column in
            guard let candidate = unsafe PQfname(result, Int32(column)) else { return false }
            return unsafe strcmp(candidate, name) == 0
        }
    }

    func value(row: Int, column: Int) -> PostgresValue {
        let type = unsafe PostgresType(rawValue: PQftype(result, Int32(column)))
        var bytes: UnsafeRawBufferPointer?
        if unsafe PQgetisnull(result, Int32(row), Int32(column)) == 0 {
            unsafe bytes = unsafe UnsafeRawBufferPointer(
                start: PQgetvalue(result, Int32(row), Int32(column)),
                count: Int(PQgetlength(result, Int32(row), Int32(column))))
        }
        return unsafe PostgresValue(type: type, columnIndex: column, owner: self, bytes: bytes)
    }
}
