/// Sizes and times for people.
public enum FileSize {
    /// `512 B`, `14.2 MB`: powers of ten, as Telegram counts.
    public static func text(_ bytes: Int64) -> String {
        if bytes < 1000 { return "\(bytes) B" }
        var tenths = (bytes + 50) / 100
        for unit in ["kB", "MB", "GB"] {
            if tenths < 10_000 || unit == "GB" { return "\(tenths / 10).\(tenths % 10) \(unit)" }
            tenths = (tenths + 500) / 1000
        }
        return "\(bytes) B"
    }

    /// `0:07`, `12:30`, `1:02:03`.
    public static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e9))
        let two = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
        let hours = whole / 3600
        return hours > 0
            ? "\(hours):\(two(whole / 60 % 60)):\(two(whole % 60))" : "\(whole / 60):\(two(whole % 60))"
    }
}
