/// The label values of one series, in the order of their names.
package struct MetricLabels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// Sorted by name, names legal in the Prometheus data model.
    let pairs: [Pair]

    struct Pair: Hashable, Sendable {
        var name: String
        var value: String
    }

    package init(_ labels: some Sequence<(String, String)>) {
        pairs = labels.map { Pair(name: MetricName.sanitized($0, allowsColon: false), value: $1) }
            .sorted { $0.name < $1.name }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }

    package static let none = MetricLabels([])

    /// The same labels with every value `other`: where the series go that a family has no room for.
    var collapsed: MetricLabels { MetricLabels(pairs.map { ($0.name, "other") }) }

    /// `{name="value",…}` with the escapes of the text format, or nothing without labels.
    func rendered(adding extra: Pair? = nil) -> String {
        var text = ""
        for pair in pairs + (extra.map { [$0] } ?? []) {
            text += text.isEmpty ? "{" : ","
            text += "\(pair.name)=\"\(Self.escaped(pair.value))\""
        }
        return text.isEmpty ? "" : text + "}"
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
