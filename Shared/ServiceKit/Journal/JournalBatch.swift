/// The oldest entries of a kind, to be sent in one request.
struct JournalBatch: Sendable {
    /// In the order they were appended. Each is one JSON object.
    private(set) var payloads: [ArraySlice<UInt8>] = []
    /// Where the next batch begins.
    private(set) var end: JournalPosition
    /// When the oldest of them was appended; nil for an empty batch.
    private(set) var oldestMilliseconds: Int64?
    private var bytes = 0

    init(from start: JournalPosition) {
        end = start
    }

    var count: Int { payloads.count }

    var isEmpty: Bool { payloads.isEmpty }

    /// Takes an entry, unless that would make the batch too large. The first one is always taken.
    ///
    /// - Parameter end: Behind the entry.
    mutating func take(
        _ payload: ArraySlice<UInt8>, appendedAt milliseconds: Int64, end: JournalPosition, limit: Int,
        maximumBytes: Int
    ) -> Bool {
        guard count < limit, isEmpty || bytes + payload.count <= maximumBytes else { return false }
        payloads.append(payload)
        bytes += payload.count
        if oldestMilliseconds == nil { oldestMilliseconds = milliseconds }
        self.end = end
        return true
    }

    /// Nothing before `position` is of this kind.
    mutating func skip(to position: JournalPosition) {
        end = position
    }

    /// `{"items":[…]}` from payloads that are JSON already.
    func body() -> [UInt8] {
        var body = Array(#"{"items":["#.utf8)
        body.reserveCapacity(bytes + payloads.count + 16)
        for (index, payload) in payloads.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append(contentsOf: payload)
        }
        body.append(contentsOf: "]}".utf8)
        return body
    }
}
