/// Which statements one connection has prepared, under which names. Pure.
///
/// Bounded: the least recently used goes when one too many comes.
struct StatementCache {
    enum Lookup: Equatable {
        case prepared(name: String)
        /// Has to be prepared under this name first.
        case missing(name: String)
    }

    private final class Entry {
        let name: String
        let types: [PostgresType]
        var lastUse: UInt64

        init(name: String, types: [PostgresType], lastUse: UInt64) {
            self.name = name
            self.types = types
            self.lastUse = lastUse
        }

        func matches(_ parameters: ParameterList) -> Bool {
            guard types.count == parameters.count else { return false }
            return zip(types, parameters.entries).allSatisfy { $0 == $1.type }
        }
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0
    private var nextNumber = 0
    /// Names that the server still holds and nobody will use again.
    private(set) var abandoned: [String] = []

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { entries.count }

    /// Finds the statement, or counts it as prepared from now on; `forget` takes that back.
    mutating func lookup(_ sql: SQL) -> Lookup {
        uses += 1
        if let entry = entries[sql.text] {
            if entry.matches(sql.parameters) {
                entry.lastUse = uses
                return .prepared(name: entry.name)
            }
            abandon(sql.text)
        }
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            abandon(oldest.key)
        }
        nextNumber += 1
        let name = "s\(nextNumber)"
        entries[sql.text] = Entry(name: name, types: sql.parameters.entries.map(\.type), lastUse: uses)
        return .missing(name: name)
    }

    /// The statement was not prepared after all.
    mutating func forget(_ text: String) {
        entries[text] = nil
    }

    /// The statement is prepared but not to be used again.
    mutating func abandon(_ text: String) {
        if let entry = entries.removeValue(forKey: text) { abandoned.append(entry.name) }
    }

    /// The server has none of them any more.
    mutating func forgetAll() {
        entries.removeAll()
        abandoned.removeAll()
    }

    mutating func takeAbandoned() -> [String] {
        defer { abandoned.removeAll() }
        return abandoned
    }

    /// Names that were to be freed and were not.
    mutating func returnAbandoned(_ names: [String]) {
        abandoned += names
    }
}
