import Contracts
import Postgres

extension PostgresRow {
    /// A `numeric` without a fraction, of up to 38 digits.
    func decodeInt128(_ column: String) throws -> Int128 {
        guard let value = Int128(try decode(column, as: String.self)) else {
            throw LedgerError.unreadable(column: column)
        }
        return value
    }

    func decodeMoney(_ column: String) throws -> Money { Money(picoUSD: try decodeInt128(column)) }

    /// Text that one of our types reads back.
    func decodeText<Value: LosslessStringConvertible>(_ column: String, as _: Value.Type) throws -> Value {
        guard let value = Value(try decode(column, as: String.self)) else {
            throw LedgerError.unreadable(column: column)
        }
        return value
    }
}
