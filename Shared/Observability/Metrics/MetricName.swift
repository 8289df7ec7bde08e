/// Names that the Prometheus data model allows: `[a-zA-Z_:][a-zA-Z0-9_:]*`, without `:` in a label.
enum MetricName {
    /// Every character that is not allowed becomes `_`; a leading digit gets one before it.
    static func sanitized(_ name: String, allowsColon: Bool = true) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": text.unicodeScalars.append(scalar)
            case "0"..."9":
                if text.isEmpty { text = "_" }
                text.unicodeScalars.append(scalar)
            case ":" where allowsColon: text.unicodeScalars.append(scalar)
            default: text.unicodeScalars.append("_")
            }
        }
        return text.isEmpty ? "_" : text
    }

    static func withSuffix(_ suffix: String, _ name: String) -> String {
        name.hasSuffix(suffix) ? name : name + suffix
    }
}
