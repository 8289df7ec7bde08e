/// What one `append` writes: entries of both kinds that are there together or not at all.
///
/// On the disk: a header of 16 bytes (length of the rest, a check of it, the time in milliseconds; little-endian), then
/// for each entry its kind in one byte, its length in four, and its payload.
///
/// A process that is killed while it writes leaves a frame whose end is not in the file. The check tells a header from
/// whatever else a disk may give back after a loss of power.
enum JournalFrame {
    static let headerBytes = 16
    private static let entryBytes = 5
    /// A frame that claims more is none: 64 MiB are four times the largest request.
    private static let maximumBytes = 64 << 20

    struct Header: Sendable, Equatable {
        /// Of all that follows the header.
        let length: Int
        let milliseconds: Int64
    }

    /// - Returns: The frame without its check, which `seal` adds when it is known where the frame goes.
    static func encode(_ entries: [JournalEntry], at milliseconds: Int64) -> [UInt8] {
        let length = entries.reduce(0) { $0 + entryBytes + $1.payload.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerBytes + length)
        append(UInt64(length), 8, to: &bytes)
        append(UInt64(bitPattern: milliseconds), 8, to: &bytes)
        for entry in entries {
            bytes.append(UInt8(truncatingIfNeeded: entry.kind.rawValue))
            append(UInt64(entry.payload.count), 4, to: &bytes)
            bytes.append(contentsOf: entry.payload)
        }
        return bytes
    }

    static func seal(_ frame: inout [UInt8], segment: UInt64) {
        let check = check(frame.count - headerBytes, segment)
        for index in 0..<4 { frame[4 + index] = UInt8(truncatingIfNeeded: check >> UInt32(8 * index)) }
    }

    /// Nil when there is no whole header at `offset`, or one that was not written for this segment.
    static func header(_ bytes: [UInt8], at offset: Int, segment: UInt64) -> Header? {
        guard offset + headerBytes <= bytes.count else { return nil }
        let word = number(bytes, at: offset, 8)
        let length = Int(word & 0xFFFF_FFFF)
        guard length > 0, length <= maximumBytes, UInt32(word >> 32) == check(length, segment) else { return nil }
        return Header(length: length, milliseconds: Int64(bitPattern: number(bytes, at: offset + 8, 8)))
    }

    /// The payloads of one kind in the frame whose content is `range`, in their order.
    static func payloads(of kind: JournalEntry.Kind, in bytes: [UInt8], _ range: Range<Int>) -> [Range<Int>] {
        var payloads: [Range<Int>] = []
        var place = range.lowerBound
        while place + entryBytes <= range.upperBound {
            let start = place + entryBytes
            let end = start + Int(number(bytes, at: place + 1, 4))
            guard end <= range.upperBound else { break }
            if bytes[place] == UInt8(truncatingIfNeeded: kind.rawValue) { payloads.append(start..<end) }
            place = end
        }
        return payloads
    }

    private static func check(_ length: Int, _ segment: UInt64) -> UInt32 {
        // Knuth's multiplicative hash of both; zeros and text do not pass for it.
        let mixed = (UInt64(length) ^ segment << 32 ^ 0x4153_5445_5249_534D) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    private static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    private static func number(_ bytes: [UInt8], at offset: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
        return value
    }
}
