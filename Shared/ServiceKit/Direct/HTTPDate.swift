import Foundation
import Synchronization

/// The time as a `Date` field has it (RFC 9110 §5.6.7), written once a second.
enum HTTPDate {
    private static let current = Mutex<(second: Int64, text: String)>((0, ""))

    static var now: String {
        let second = Int64(Date().timeIntervalSince1970)
        return current.withLock { current in
            if current.second != second { current = (second, text(second)) }
            return current.text
        }
    }

    static func text(_ second: Int64) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.weekday, .day, .month, .year, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: TimeInterval(second)))
        guard let weekday = parts.weekday, let day = parts.day, let month = parts.month, let year = parts.year,
            let hour = parts.hour, let minute = parts.minute, let seconds = parts.second
        else { preconditionFailure("the Gregorian calendar has all of these") }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return
            "\(days[weekday - 1]), \(two(day)) \(months[month - 1]) \(year) \(two(hour)):\(two(minute)):\(two(seconds)) GMT"
    }
}
