/// A value of a request and its place, so that whatever is wrong with it is named to the caller.
struct RequestValue {
    let value: JSONValue
    /// Such as `messages[2].content`; empty for the body.
    let path: String

    /// - Throws: When the body is not a JSON object.
    static func body(_ bytes: [UInt8]) throws(TranslationError) -> RequestValue {
        let members: [JSONValue.Member]
        do {
            members = try JSONValue.members(parsing: bytes)
        } catch {
            throw .invalid(
                parameter: "body", "is not a JSON object: \(error.reason.rawValue) at byte \(error.offset)")
        }
        return RequestValue(value: .object(members), path: "")
    }

    /// A member; nil when it is missing or null.
    subscript(_ name: String) -> RequestValue? {
        value[name].map { RequestValue(value: $0, path: place(of: name)) }
    }

    /// A member that must be there.
    func required(_ name: String) throws(TranslationError) -> RequestValue {
        guard value.members != nil else { throw invalid("must be an object") }
        guard let member = self[name] else { throw .invalid(parameter: place(of: name), "is required") }
        return member
    }

    func object() throws(TranslationError) -> RequestValue {
        guard value.members != nil else { throw invalid("must be an object") }
        return self
    }

    func string() throws(TranslationError) -> String {
        guard let text = value.string else { throw invalid("must be a string") }
        return text
    }

    func boolean() throws(TranslationError) -> Bool {
        guard let flag = value.boolean else { throw invalid("must be a boolean") }
        return flag
    }

    /// A number as it was written.
    func number() throws(TranslationError) -> String {
        guard let text = value.number else { throw invalid("must be a number") }
        return text
    }

    func integer(_ range: ClosedRange<Int64> = .min ... .max) throws(TranslationError) -> Int64 {
        guard let number = value.integer, range.contains(number) else {
            if range.lowerBound == .min { throw invalid("must be a whole number") }
            let end = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw invalid("must be a whole number from \(range.lowerBound)\(end)")
        }
        return number
    }

    func elements() throws(TranslationError) -> [RequestValue] {
        guard let elements = value.elements else { throw invalid("must be an array") }
        return elements.enumerated().map { RequestValue(value: $1, path: "\(path)[\($0)]") }
    }

    func strings() throws(TranslationError) -> [String] {
        var texts: [String] = []
        for element in try elements() { texts.append(try element.string()) }
        return texts
    }

    func invalid(_ problem: String) -> TranslationError { .invalid(parameter: path, problem) }

    func unsupported(_ problem: String) -> TranslationError { .unsupported(parameter: path, problem) }

    private func place(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// Members that may be missing.
extension RequestValue {
    func string(_ name: String) throws(TranslationError) -> String? { try self[name]?.string() }

    func boolean(_ name: String) throws(TranslationError) -> Bool? { try self[name]?.boolean() }

    func number(_ name: String) throws(TranslationError) -> String? { try self[name]?.number() }

    func integer(
        _ name: String, _ range: ClosedRange<Int64> = .min ... .max
    ) throws(TranslationError) -> Int64? {
        try self[name]?.integer(range)
    }

    func elements(_ name: String) throws(TranslationError) -> [RequestValue]? { try self[name]?.elements() }

    /// Members other than `names`, as they came.
    func members(but names: Set<String>) -> [JSONValue.Member] {
        (value.members ?? []).filter { !names.contains($0.name) }
    }
}
