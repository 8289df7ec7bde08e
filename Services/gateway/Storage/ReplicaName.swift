import Contracts
import Foundation
import ServiceKit

/// This gateway's name in its leases. It is kept beside the journal because it belongs to it: whoever has the journal
/// is the one that can say what was spent on the leases.
enum ReplicaName {
    static func kept(beside journalPath: String) throws(SettingsError) -> String {
        let file = URL(fileURLWithPath: journalPath + ".replica")
        if let name = try? String(contentsOf: file, encoding: .utf8), !name.isEmpty { return name }
        let name = "gateway-\(Identifier<Tenant>())"
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: file, options: .atomic)
        } catch {
            throw SettingsError("JOURNAL_PATH", "the replica's name cannot be kept beside it: \(error)")
        }
        return name
    }
}
