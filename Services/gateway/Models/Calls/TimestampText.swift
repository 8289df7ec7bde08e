import Foundation

/// `2026-01-31T12:00:00.000Z` by arithmetic, the same text as `WireFormat.timestamp`, at a fraction of its time.
enum TimestampText {
    static func text(_ date: Date) -> String {
        let milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded(.down))
        let (day, rest) = floorDivision(milliseconds, 86_400_000)
        let (year, month, dayOfMonth) = civil(day)
        var digits: [UInt8] = []
        digits.reserveCapacity(24)
        append(year, 1000, "-", &digits)
        append(month, 10, "-", &digits)
        append(dayOfMonth, 10, "T", &digits)
        append(rest / 3_600_000, 10, ":", &digits)
        append(rest / 60_000 % 60, 10, ":", &digits)
        append(rest / 1000 % 60, 10, ".", &digits)
        append(rest % 1000, 100, "Z", &digits)
        return String(decoding: digits, as: UTF8.self)
    }

    /// - Parameter place: The worth of the first digit.
    private static func append(_ value: Int64, _ place: Int64, _ after: Unicode.Scalar, _ digits: inout [UInt8]) {
        var place = place
        while place > 0 {
            digits.append(UInt8(truncatingIfNeeded: 0x30 + value / place % 10))
            place /= 10
        }
        digits.append(UInt8(ascii: after))
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level
    /// Date Algorithms").
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivision(day + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = ((value % divisor) + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }
}
