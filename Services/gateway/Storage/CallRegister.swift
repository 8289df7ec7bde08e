import Contracts
import Foundation
import Synchronization
import SystemPackage

/// Which attempts are under way, in a file beside the journal, so that a gateway that was killed can say after its
/// restart what it had begun and owes a record for.
///
/// The file is a table of slots. An attempt writes its line into a free slot, one `pwrite`, before its provider is asked.
/// What the kernel has taken survives `kill -9`. When the attempt's records are in the journal the slot is free again; its
/// line stays until another attempt's takes its place. A line left by an earlier run becomes an estimated usage event with
/// the attempt's own id: if the true one had been journaled, which lies before it in the journal, the ledger drops the
/// second.
final class CallRegister: Sendable {
    /// Longer than any line that the bounded names make.
    static let slotBytes = 2048
    /// More calls under way than one gateway carries; past it a call is refused, for it could not be accounted for.
    static let capacity = 65_536

    struct Slot: Sendable {
        fileprivate let index: Int
    }

    private struct Table {
        var free: [Int] = []
        var next = 0
    }

    private let path: String
    private let file: FileDescriptor
    private let table = Mutex(Table())

    init(path: String) throws {
        self.path = path
        file = try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
    }

    deinit {
        // Nothing can be done about a failure; the kernel has taken everything.
        try? file.close()
    }

    /// - Throws: When the disk does not take it; the provider must then not be asked.
    func begin(_ entry: CallRegisterEntry) throws -> Slot {
        let index = table.withLock { table -> Int? in
            if let index = table.free.popLast() { return index }
            guard table.next < Self.capacity else { return nil }
            table.next += 1
            return table.next - 1
        }
        guard let index else { throw CallRegisterError.full }
        try file.writeAll(toAbsoluteOffset: Int64(index * Self.slotBytes), entry.line(maximum: Self.slotBytes))
        return Slot(index: index)
    }

    /// The attempt's records are durable.
    func end(_ slot: Slot) {
        table.withLock { $0.free.append(slot.index) }
    }

    /// What earlier runs had begun and not ended. To be called once, before the first `begin`.
    func unfinished() throws -> [CallRegisterEntry] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return stride(from: 0, to: bytes.count, by: Self.slotBytes).compactMap { start in
            let slot = bytes[start..<min(start + Self.slotBytes, bytes.count)]
            // A line that a power failure cut off tells nothing that could be recorded.
            return CallRegisterEntry(line: Array(slot.prefix { $0 != 0x0A && $0 != 0 }))
        }
    }

    /// Forgets what earlier runs left, when it is in the journal.
    func clear() throws {
        try file.resize(to: 0)
    }
}

enum CallRegisterError: Error {
    case full
}
