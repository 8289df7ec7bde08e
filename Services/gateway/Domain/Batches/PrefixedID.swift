import Contracts
import Foundation

/// What the ids of files and batches stand for. Never instantiated.
enum StoredFileEntity {}
enum ModelBatchEntity {}

typealias FileID = Identifier<StoredFileEntity>
typealias BatchID = Identifier<ModelBatchEntity>

extension Identifier where Entity == StoredFileEntity {
    /// As OpenAI's clients expect it: `file-` and 32 hexadecimal digits.
    var wire: String { PrefixedID.text("file-", uuid) }

    init?(wire: String) {
        guard let uuid = PrefixedID.uuid("file-", wire) else { return nil }
        self.init(uuid)
    }
}

extension Identifier where Entity == ModelBatchEntity {
    /// `batch_` and 32 hexadecimal digits.
    var wire: String { PrefixedID.text("batch_", uuid) }

    init?(wire: String) {
        guard let uuid = PrefixedID.uuid("batch_", wire) else { return nil }
        self.init(uuid)
    }
}

/// Writes and reads a UUID without its dashes behind a word.
enum PrefixedID {
    static func text(_ prefix: String, _ uuid: UUID) -> String {
        prefix + uuid.uuidString.lowercased().filter { $0 != "-" }
    }

    /// Nil for anything but the prefix and 32 lower-case hexadecimal digits.
    static func uuid(_ prefix: String, _ text: String) -> UUID? {
        guard text.hasPrefix(prefix) else { return nil }
        let digits = Array(text.utf8.dropFirst(prefix.utf8.count))
        guard digits.count == 32, digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        var canonical: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { canonical.append(UInt8(ascii: "-")) }
            canonical.append(digit)
        }
        return UUID(uuidString: String(decoding: canonical, as: UTF8.self))
    }
}
