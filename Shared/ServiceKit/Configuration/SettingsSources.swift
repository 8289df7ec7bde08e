import Foundation

/// Finds the sources of settings outside of the environment.
enum SettingsSources {
    /// A secret is a line of text; a larger file was mounted by mistake.
    private static let maximumSecretBytes = 64 * 1024

    /// Files of a directory by the name of the environment variable they stand for; empty without the directory.
    ///
    /// A trailing line feed is not part of the value.
    static func secrets(in directory: String) throws(SettingsError) -> [String: String] {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: directory) else { return [:] }
        var values: [String: String] = [:]
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = "\(directory)/\(name)"
            let key = variableName(name)
            guard let data = manager.contents(atPath: path) else {
                if (try? manager.contentsOfDirectory(atPath: path)) != nil { continue }
                throw SettingsError(key, "cannot read \(path)")
            }
            guard data.count <= maximumSecretBytes, let text = String(data: data, encoding: .utf8) else {
                throw SettingsError(key, "\(path) is not text of at most \(maximumSecretBytes) bytes")
            }
            values[key] = text.trimmingCharacters(in: .newlines)
        }
        return values
    }

    /// The configuration file, flattened to the names of environment variables.
    static func file(at path: String) throws(SettingsError) -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError("--config", "cannot read \(path)")
        }
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw SettingsError("--config", "\(path) is not a JSON object")
        }
        var values: [String: String] = [:]
        try flatten(object, prefix: "", into: &values)
        return values
    }

    private static func flatten(
        _ object: [String: Any], prefix: String, into values: inout [String: String]
    ) throws(SettingsError) {
        for (name, value) in object {
            let key = prefix + variableName(name)
            switch value {
            case let nested as [String: Any]: try flatten(nested, prefix: key + "_", into: &values)
            case let text as String: values[key] = text
            case let list as [String]: values[key] = list.joined(separator: ",")
            case let number as NSNumber: values[key] = "\(number)"
            default: throw SettingsError(key, "must be text, a number, true, false, a list of text or an object")
            }
        }
    }

    private static func variableName(_ name: String) -> String {
        String(name.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}
