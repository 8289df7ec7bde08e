/// Reads `multipart/form-data` (RFC 7578) as it arrives, so that a large file is never whole in memory.
struct MultipartScanner {
    enum Event: Equatable {
        case begin(name: String, fileName: String?)
        /// A piece of the part's content.
        case content([UInt8])
        case end
    }

    /// The body is not what its content type says.
    struct Malformed: Error, Equatable {}

    /// A form with a file has a handful of fields.
    private static let maximumParts = 32
    private static let maximumHeaderBytes = 8 << 10

    private enum State {
        case preamble, delimiter, headers, content, done
    }

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var buffer: [UInt8]
    private var parts = 0

    /// Nil without a usable boundary in the content type.
    init?(contentType: String) {
        guard let boundary = Self.parameter("boundary", of: contentType), (1...70).contains(boundary.utf8.count)
        else { return nil }
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may be the very beginning; with this it looks like the others.
        buffer = Array("\r\n".utf8)
    }

    /// Whether the closing delimiter has come.
    var isDone: Bool { state == .done }

    mutating func append(_ bytes: some Collection<UInt8>) throws(Malformed) -> [Event] {
        guard state != .done else { return [] }
        buffer += bytes
        var events: [Event] = []
        while let event = try step() {
            if case .some(let happened) = event { events.append(happened) }
        }
        return events
    }

    /// One step; nil when more has to arrive first, `.some(nil)` when nothing happened that anybody has to know.
    private mutating func step() throws(Malformed) -> Event?? {
        switch state {
        case .preamble:
            guard let start = find(delimiter) else {
                keep(last: delimiter.count)
                return nil
            }
            buffer.removeFirst(start + delimiter.count)
            state = .delimiter
            return .some(nil)
        case .delimiter: return try afterDelimiter()
        case .headers: return try headers()
        case .content: return content()
        case .done: return nil
        }
    }

    private mutating func afterDelimiter() throws(Malformed) -> Event?? {
        guard buffer.count >= 2 else { return nil }
        if buffer.starts(with: "--".utf8) {
            state = .done
            buffer = []
            return nil
        }
        guard buffer.starts(with: "\r\n".utf8), parts < Self.maximumParts else { throw Malformed() }
        parts += 1
        buffer.removeFirst(2)
        state = .headers
        return .some(nil)
    }

    private mutating func headers() throws(Malformed) -> Event?? {
        guard let end = find(Array("\r\n\r\n".utf8)) else {
            guard buffer.count <= Self.maximumHeaderBytes else { throw Malformed() }
            return nil
        }
        var disposition: Substring?
        for line in String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n") {
            let field = line.split(separator: ":", maxSplits: 1)
            if field.count == 2, field[0].lowercased() == "content-disposition" {
                disposition = field[1].drop { $0 == " " }
            }
        }
        guard let disposition, let name = Self.parameter("name", of: String(disposition)) else { throw Malformed() }
        buffer.removeFirst(end + 4)
        state = .content
        return .some(.begin(name: name, fileName: Self.parameter("filename", of: String(disposition))))
    }

    private mutating func content() -> Event?? {
        if let end = find(delimiter) {
            if end > 0 {
                let piece = Array(buffer[..<end])
                buffer.removeFirst(end)
                return .some(.content(piece))
            }
            buffer.removeFirst(delimiter.count)
            state = .delimiter
            return .some(.end)
        }
        let safe = buffer.count - delimiter.count + 1
        guard safe > 0 else { return nil }
        let piece = Array(buffer[..<safe])
        buffer.removeFirst(safe)
        return .some(.content(piece))
    }

    private mutating func keep(last count: Int) {
        if buffer.count > count { buffer.removeFirst(buffer.count - count) }
    }

    /// Where `pattern` begins in the buffer. Looks for its first byte, so a body of anything takes one pass.
    private func find(_ pattern: [UInt8]) -> Int? {
        guard let first = pattern.first else { return nil }
        var index = 0
        while let next = buffer[index...].firstIndex(of: first) {
            if buffer[next...].starts(with: pattern) { return next }
            index = next + 1
        }
        return nil
    }

    /// `name` of `form-data; name="file"; filename="a;b.jsonl"`: a quoted value may contain what separates others.
    static func parameter(_ name: String, of header: String) -> String? {
        var rest = header[...]
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...].drop { $0 == " " }
            guard let equals = rest.firstIndex(of: "=") else { return nil }
            let found = rest[..<equals].lowercased()
            rest = rest[rest.index(after: equals)...]
            let value: Substring
            if rest.first == "\"" {
                rest = rest.dropFirst()
                guard let quote = rest.firstIndex(of: "\"") else { return nil }
                value = rest[..<quote]
                rest = rest[rest.index(after: quote)...]
            } else {
                value = rest.prefix { $0 != ";" && $0 != " " }
                rest = rest[value.endIndex...]
            }
            if found == name { return String(value) }
        }
        return nil
    }
}
