import Foundation

/// The public collections that retrieval is measured on. They are not part of the repository; a test that needs them
/// is skipped without them. `ASTERISM_DATA` names the folder.
enum EvaluationData {
    static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment["ASTERISM_DATA"]
        let path = environment ?? FileManager.default.currentDirectoryPath + "/../shared/data"
        let url = URL(fileURLWithPath: path).appendingPathComponent("retrieval")
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }()

    static var isPresent: Bool { folder != nil }

    struct Text: Decodable {
        var id: String
        var text: String
    }

    static func lines(_ name: String) throws -> [Text] {
        let data = try contents(name)
        return try data.split(separator: "\n").map { try JSONDecoder().decode(Text.self, from: Data($0.utf8)) }
    }

    static func contents(_ name: String) throws -> String {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        return try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// Query → document → grade.
    static func judgements(_ name: String) throws -> [String: [String: Int]] {
        var judgements: [String: [String: Int]] = [:]
        for line in try contents(name).split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            if fields.count == 3 { judgements[fields[0], default: [:]][fields[1]] = Int(fields[2]) }
        }
        return judgements
    }

    struct Question {
        var text: String
        var corpus: String
        var answers: [Range<Int>]
    }

    /// The questions of `chunking_evaluation`, a CSV with JSON inside.
    static func questions() throws -> [Question] {
        struct Reference: Decodable {
            var start: Int
            var end: Int

            enum CodingKeys: String, CodingKey {
                case start = "start_index"
                case end = "end_index"
            }
        }
        return try records(contents("chunking/questions.csv")).dropFirst().compactMap { record in
            guard record.count == 3 else { return nil }
            let references = try JSONDecoder().decode([Reference].self, from: Data(record[1].utf8))
            return Question(
                text: record[0], corpus: record[2], answers: references.map { $0.start..<$0.end })
        }
    }

    /// RFC 4180.
    private static func records(_ text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field = String.UnicodeScalarView()
        var isQuoted = false
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"":
                if !isQuoted, previous == "\"" { field.append("\"") }
                isQuoted.toggle()
            case "," where !isQuoted:
                record.append(String(field))
                field = .init()
            case "\n" where !isQuoted:
                record.append(String(field).trimmingCharacters(in: .newlines))
                records.append(record)
                record = []
                field = .init()
            default: field.append(scalar)
            }
            previous = scalar
        }
        return records
    }
}
