import Foundation
import Glibc
import SystemPackage

/// The files of a journal: segments, numbered in the order they were begun, a cursor for each kind, what owners refused,
/// and a lock that keeps a second process out. All calls block.
final class JournalFolder: Sendable {
    private let path: String
    /// Held for as long as it is open; the kernel lets it go however the process ends.
    private let lock: FileDescriptor

    /// - Throws: `JournalFolderError` when another process has the folder, or a file of an earlier version is in its
    ///   place.
    init(path: String) throws {
        self.path = path
        for place in [path, path + ".sqlite"] where Self.isFile(place) {
            throw JournalFolderError.earlierVersion(place)
        }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        lock = try FileDescriptor.open(
            FilePath(path + "/lock"), .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            try lock.close()
            throw JournalFolderError.inUse
        }
    }

    deinit {
        unlock()
    }

    /// Lets another process have the folder. Later calls do nothing that matters.
    func unlock() {
        _ = flock(lock.rawValue, LOCK_UN)
    }

    private static func isFile(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType == .typeRegular
    }

    // MARK: Segments

    /// The numbers of the segments that are there, the oldest first.
    func segments() throws -> [UInt64] {
        try FileManager.default.contentsOfDirectory(atPath: path)
            .compactMap { $0.hasSuffix(Self.suffix) ? UInt64($0.dropLast(Self.suffix.count), radix: 16) : nil }
            .sorted()
    }

    /// Begins a segment, which must not be there yet.
    func create(_ segment: UInt64) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(file(segment)), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: [.ownerReadWrite])
    }

    /// At most `count` bytes of a segment, from `offset` on; empty at its end.
    func read(_ segment: UInt64, from offset: Int, count: Int) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: file(segment)) else { return [] }
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(offset))
        return [UInt8](try handle.read(upToCount: count) ?? Data())
    }

    func size(of segment: UInt64) throws -> Int {
        (try FileManager.default.attributesOfItem(atPath: file(segment))[.size] as? NSNumber)?.intValue ?? 0
    }

    func remove(_ segment: UInt64) throws {
        try FileManager.default.removeItem(atPath: file(segment))
    }

    private static let suffix = ".segment"

    private func file(_ segment: UInt64) -> String {
        let digits = String(segment, radix: 16)
        return "\(path)/\(String(repeating: "0", count: 16 - digits.count))\(digits)\(Self.suffix)"
    }

    // MARK: Cursors

    /// Where the entries of a kind begin that its owner does not have; nil when nothing was ever settled.
    func cursor(_ kind: JournalEntry.Kind) -> JournalPosition? {
        guard let text = try? String(contentsOfFile: cursorFile(kind), encoding: .utf8) else { return nil }
        let numbers = text.split(separator: "\n").first?.split(separator: " ").compactMap { UInt64($0) } ?? []
        guard numbers.count == 3 else { return nil }
        return JournalPosition(segment: numbers[0], offset: Int(numbers[1]), index: Int(numbers[2]))
    }

    /// One write within a page: it is there whole or not at all when the process is killed. A cursor that is lost only
    /// has entries sent again, and their owner knows them.
    func save(_ cursor: JournalPosition, _ kind: JournalEntry.Kind) throws {
        let file = try FileDescriptor.open(
            FilePath(cursorFile(kind)), .writeOnly, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        try file.closeAfter {
            _ = try file.writeAll(
                toAbsoluteOffset: 0, "\(cursor.segment) \(cursor.offset) \(cursor.index)\n".utf8.map { $0 })
        }
    }

    private func cursorFile(_ kind: JournalEntry.Kind) -> String { "\(path)/\(kind.label).cursor" }

    // MARK: What owners refused

    /// Sets aside, for people to look at, what an owner will never take: a line of JSON each.
    func setAside(
        _ refused: [(payload: ArraySlice<UInt8>, reason: String)], _ kind: JournalEntry.Kind, at milliseconds: Int64
    ) throws {
        guard !refused.isEmpty else { return }
        var lines: [UInt8] = []
        for (payload, reason) in refused {
            let line = RefusedLine(
                rejectedMilliseconds: milliseconds, reason: reason, payload: String(decoding: payload, as: UTF8.self))
            lines += try SharedCoders.encoder.encode(line)
            lines.append(UInt8(ascii: "\n"))
        }
        let file = try FileDescriptor.open(
            FilePath(refusedFile(kind)), .writeOnly, options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite])
        _ = try file.closeAfter { try file.writeAll(lines) }
    }

    func refusedCount(_ kind: JournalEntry.Kind) throws -> Int {
        guard let bytes = FileManager.default.contents(atPath: refusedFile(kind)) else { return 0 }
        return bytes.count { $0 == UInt8(ascii: "\n") }
    }

    private func refusedFile(_ kind: JournalEntry.Kind) -> String { "\(path)/\(kind.label).refused" }

    private struct RefusedLine: Encodable {
        let rejectedMilliseconds: Int64
        let reason: String
        let payload: String

        enum CodingKeys: String, CodingKey {
            case rejectedMilliseconds = "rejected_ms"
            case reason, payload
        }
    }
}

enum JournalFolderError: Error, CustomStringConvertible {
    case inUse
    case earlierVersion(String)

    var description: String {
        switch self {
        case .inUse: "another process uses this journal; each replica needs its own"
        case .earlierVersion(let file):
            "\(file) is the journal of an earlier version: let that version run until its journal_depth is 0, then "
                + "remove the file"
        }
    }
}
