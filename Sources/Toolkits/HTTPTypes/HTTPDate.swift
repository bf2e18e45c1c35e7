/// Dates in header fields (RFC 9110 section 5.6.7): seconds since 1970, UTC.
public enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    public static func format(_ seconds: Int64) -> String {
        let day = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
        let time = seconds - day * 86400
        let (year, month, date) = civil(day)
        let weekday = days[Int(((day % 7) + 7) % 7)]
        let clock = "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
        return "\(weekday), \(two(date)) \(months[Int(month) - 1]) \(four(year)) \(clock) GMT"
    }

    /// Reads an IMF-fixdate and the two obsolete forms recipients must accept; nil for anything else.
    public static func parse(_ text: some StringProtocol) -> Int64? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" })
        if words.count == 6, words[5] == "GMT" {  // IMF-fixdate, or RFC 850 with a two-digit year
            guard var year = number(words[3]) else { return nil }
            if words[3].utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
            return seconds(year: year, month: words[2], day: words[1], clock: words[4])
        }
        if words.count == 5, let year = number(words[4]) {  // asctime
            return seconds(year: year, month: words[1], day: words[2], clock: words[3])
        }
        return nil
    }

    private static func seconds(
        year: Int64, month: some StringProtocol, day: some StringProtocol, clock: some StringProtocol
    ) -> Int64? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard let index = months.firstIndex(where: { $0 == month }), let day = number(day), (1...31).contains(day),
            parts.count == 3, let hour = number(parts[0]), let minute = number(parts[1]),
            let second = number(parts[2]), hour < 24, minute < 60, second <= 60, year >= 1601, year <= 9999
        else { return nil }
        return dayNumber(year, Int64(index) + 1, day) * 86400 + hour * 3600 + minute * 60 + second
    }

    private static func number(_ text: some StringProtocol) -> Int64? {
        guard !text.isEmpty, text.utf8.count <= 4, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        return Int64(text)
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func four(_ value: Int64) -> String { two(value / 100) + two(value % 100) }

    /// Days since 1970-01-01 of a proleptic Gregorian date, counted in eras of 400 years that begin in March.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
