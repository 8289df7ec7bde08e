import Foundation
import Synchronization
import SystemPackage

/// The entries of a journal on the disk, in the order they came, until their owners have them.
///
/// A log of segments: an append is one `pwrite` at the end of the newest, an owner's receipt moves the cursor of its
/// kind, and a segment that both cursors have left is removed (docs/adr/0012). What the kernel has taken survives
/// `kill -9`. A run never writes into a segment of an earlier one, so a frame that was cut off by the end of the process
/// is the last of its segment. All calls block, for no longer than the file system takes for a few kilobytes.
final class JournalLog: Sendable {
    /// A new segment begins past this: large enough that files are seldom made, small enough that the space of what was
    /// shipped soon comes back.
    private static let segmentBytes = 16 << 20
    /// Read at once; a frame that is longer is read by itself. Below what malloc takes fresh from the kernel each time.
    private static let chunkBytes = 64 << 10

    private struct Writer {
        var segment: UInt64
        /// Nil when closed.
        var file: FileDescriptor?
        var offset = 0
        /// Bytes of all segments but the newest.
        var olderBytes: Int
    }

    private struct Cursors {
        var usage: JournalPosition
        var audit: JournalPosition

        subscript(_ kind: JournalEntry.Kind) -> JournalPosition {
            get { kind == .usage ? usage : audit }
            set { if kind == .usage { usage = newValue } else { audit = newValue } }
        }
    }

    private let folder: JournalFolder
    private let maximumBytes: Int
    private let segmentBytes: Int
    private let flushesSegments: Bool
    private let writer: Mutex<Writer>
    private let cursors: Mutex<Cursors>
    /// Before it is what earlier runs of the process left, or what this one wrote for them.
    private let endOfEarlierRuns: Mutex<JournalPosition>

    init(settings: JournalSettings) throws {
        let folder = try JournalFolder(path: settings.path)
        self.folder = folder
        maximumBytes = settings.maximumBytes
        flushesSegments = settings.synchronous == .full
        segmentBytes = min(Self.segmentBytes, max(4_096, settings.maximumBytes / 8))
        let segments = try folder.segments()
        let saved = JournalEntry.Kind.allCases.compactMap { folder.cursor($0) }
        // Past every cursor too, also when somebody has removed the segments it pointed into.
        let next = max(segments.last ?? 0, saved.map(\.segment).max() ?? 0) + 1
        let start = JournalPosition(segment: segments.first ?? next, offset: 0, index: 0)
        cursors = Mutex(
            Cursors(
                usage: max(folder.cursor(.usage) ?? start, start), audit: max(folder.cursor(.audit) ?? start, start)))
        endOfEarlierRuns = Mutex(JournalPosition(segment: next, offset: 0, index: 0))
        writer = Mutex(
            Writer(
                segment: next, file: try folder.create(next),
                olderBytes: try segments.reduce(0) { $0 + (try folder.size(of: $1)) }))
    }

    // MARK: Appending

    /// Writes all entries, or nothing that would be read.
    func append(_ entries: [JournalEntry], at milliseconds: Int64) throws {
        var frame = JournalFrame.encode(entries, at: milliseconds)
        try writer.withLock { writer in
            guard let newest = writer.file else { throw JournalError.closed }
            let file = try writer.offset < segmentBytes ? newest : beginSegment(&writer)
            JournalFrame.seal(&frame, segment: writer.segment)
            guard writer.olderBytes + writer.offset + frame.count <= maximumBytes else {
                throw JournalError.notWritten("JOURNAL_MAXIMUM_BYTES are in use")
            }
            do {
                try file.writeAll(toAbsoluteOffset: Int64(writer.offset), frame)
            } catch {
                // The next append begins at the same place; this only gives back what part was taken.
                try? file.resize(to: Int64(writer.offset))
                throw error
            }
            writer.offset += frame.count
        }
    }

    private func beginSegment(_ writer: inout Writer) throws -> FileDescriptor {
        let file = try folder.create(writer.segment + 1)
        let old = writer.file
        writer.olderBytes += writer.offset
        writer.segment += 1
        writer.offset = 0
        writer.file = file
        guard let old else { return file }
        // Before it is left, so that whoever waits for a flush has to think of the newest segment only.
        if flushesSegments { try FileHandle(fileDescriptor: old.rawValue, closeOnDealloc: false).synchronize() }
        try old.close()
        return file
    }

    /// Brings the newest segment to the disk.
    func flush() throws {
        // Not under the lock, where appends would wait; a segment that is left meanwhile is flushed by leaving it.
        let copy = try writer.withLock { try $0.file?.duplicate() }
        guard let copy else { return }
        try copy.closeAfter {
            try FileHandle(fileDescriptor: copy.rawValue, closeOnDealloc: false).synchronize()
        }
    }

    // MARK: Reading

    /// The oldest entries of a kind, at most `limit`, and stopping before `maximumBytes` but after one entry.
    ///
    /// When there are none, the cursor moves past what was looked through: there may be many entries of the other kind.
    func oldest(_ kind: JournalEntry.Kind, limit: Int, maximumBytes: Int) throws -> JournalBatch {
        let start = cursors.withLock { $0[kind] }
        var batch = JournalBatch(from: start)
        try scan(kind, from: start) { payload, milliseconds, end in
            guard let payload else {
                batch.skip(to: end)
                return true
            }
            return batch.take(
                payload, appendedAt: milliseconds, end: end, limit: limit, maximumBytes: maximumBytes)
        }
        if batch.isEmpty, batch.end.segment > start.segment { try move(kind, to: batch.end) }
        return batch
    }

    /// How many entries wait.
    func depth(_ kind: JournalEntry.Kind) throws -> Int { try depth(kind, upTo: end) }

    /// How many entries of earlier runs of the process wait.
    func earlierDepth(_ kind: JournalEntry.Kind) throws -> Int {
        try depth(kind, upTo: endOfEarlierRuns.withLock { $0 })
    }

    /// Counts everything that is here now to the earlier runs.
    func endEarlierRuns() {
        let end = end
        endOfEarlierRuns.withLock { $0 = end }
    }

    private var end: JournalPosition {
        writer.withLock { JournalPosition(segment: $0.segment, offset: $0.offset, index: 0) }
    }

    private func depth(_ kind: JournalEntry.Kind, upTo limit: JournalPosition) throws -> Int {
        var count = 0
        try scan(kind, from: cursors.withLock { $0[kind] }) { payload, _, end in
            guard end <= limit else { return false }
            if payload != nil { count += 1 }
            return true
        }
        return count
    }

    /// When the oldest entry of all that wait was appended.
    func oldestMilliseconds() throws -> Int64? {
        try JournalEntry.Kind.allCases.compactMap {
            try oldest($0, limit: 1, maximumBytes: 0).oldestMilliseconds
        }.min()
    }

    /// Calls `visit` with each entry of a kind from `start` on, and without one where a frame or a segment has no more,
    /// until it returns false. The position is the one behind the entry.
    private func scan(
        _ kind: JournalEntry.Kind, from start: JournalPosition,
        _ visit: (ArraySlice<UInt8>?, Int64, JournalPosition) throws -> Bool
    ) throws {
        let end = end
        for segment in try folder.segments() where segment >= start.segment && segment <= end.segment {
            var place = JournalPosition(segment: segment, offset: 0, index: 0)
            if segment == start.segment { place = start }
            let limit = segment == end.segment ? end.offset : .max
            while let frames = try read(at: place, limit: limit) {
                guard let next = try visitFrames(frames, kind, place, visit) else { return }
                place = next
            }
            guard segment < end.segment else { return }
            guard try visit(nil, 0, JournalPosition(segment: segment + 1, offset: 0, index: 0)) else { return }
        }
    }

    /// Some bytes from `place` on, with one whole frame at least; nil at the end of the segment.
    private func read(at place: JournalPosition, limit: Int) throws -> [UInt8]? {
        let left = limit - place.offset
        guard left > 0 else { return nil }
        let bytes = try folder.read(place.segment, from: place.offset, count: min(Self.chunkBytes, left))
        guard let header = JournalFrame.header(bytes, at: 0, segment: place.segment) else { return nil }
        let length = JournalFrame.headerBytes + header.length
        guard length > bytes.count else { return bytes }
        let whole = try folder.read(place.segment, from: place.offset, count: length)
        // The process was killed while it wrote this one.
        return whole.count == length ? whole : nil
    }

    /// - Returns: Behind the last whole frame of `bytes`, which begin at `start`; nil when `visit` wants no more.
    private func visitFrames(
        _ bytes: [UInt8], _ kind: JournalEntry.Kind, _ start: JournalPosition,
        _ visit: (ArraySlice<UInt8>?, Int64, JournalPosition) throws -> Bool
    ) throws -> JournalPosition? {
        var place = start
        while let header = JournalFrame.header(bytes, at: place.offset - start.offset, segment: place.segment) {
            let content = place.offset - start.offset + JournalFrame.headerBytes
            guard content + header.length <= bytes.count else { break }
            let next = JournalPosition(
                segment: place.segment, offset: start.offset + content + header.length, index: 0)
            let payloads = JournalFrame.payloads(of: kind, in: bytes, content..<(content + header.length))
            for (index, payload) in payloads.enumerated() where index >= place.index {
                var end = place
                end.index = index + 1
                if end.index == payloads.count { end = next }
                guard try visit(bytes[payload], header.milliseconds, end) else { return nil }
            }
            if payloads.isEmpty { guard try visit(nil, header.milliseconds, next) else { return nil } }
            place = next
        }
        return place
    }

    // MARK: Settling

    /// Forgets what was accepted and sets aside what was refused.
    func settle(
        _ batch: JournalBatch, kind: JournalEntry.Kind, rejected: [Int: String], at milliseconds: Int64
    ) throws {
        let refused = rejected.sorted { $0.key < $1.key }.compactMap { index, reason in
            batch.payloads.indices.contains(index) ? (payload: batch.payloads[index], reason: reason) : nil
        }
        // First aside, then forgotten: what is set aside twice after a crash is better than not at all.
        try folder.setAside(refused, kind, at: milliseconds)
        try move(kind, to: batch.end)
    }

    /// Never back. Removes the segments that both cursors have left.
    private func move(_ kind: JournalEntry.Kind, to position: JournalPosition) throws {
        try cursors.withLock { cursors in
            guard position > cursors[kind] else { return }
            try folder.save(position, kind)
            let left = min(cursors.usage, cursors.audit).segment
            cursors[kind] = position
            let needed = min(cursors.usage, cursors.audit).segment
            guard needed > left else { return }
            for old in try folder.segments() where old < needed {
                let size = try folder.size(of: old)
                try folder.remove(old)
                writer.withLock { $0.olderBytes -= size }
            }
        }
    }

    func refusedCount(_ kind: JournalEntry.Kind) throws -> Int { try folder.refusedCount(kind) }

    func close() throws {
        let file = writer.withLock { writer in
            defer { writer.file = nil }
            return writer.file
        }
        try file?.close()
        folder.unlock()
    }
}
