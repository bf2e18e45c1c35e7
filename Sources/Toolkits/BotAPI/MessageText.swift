/// Telegram's measures of text: UTF-16 units, after its marks are taken away.
public enum MessageText {
    public static let longestMessage = 4096
    public static let longestCaption = 1024

    /// UTF-16 units.
    public static func length(_ text: some StringProtocol) -> Int { text.utf16.count }

    /// Text as it must stand between HTML tags.
    public static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            // Telegram refuses texts with NUL; other control characters show as nothing.
            case _ where scalar.value < 0x20 && scalar != "\n": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The longest beginning of at most `limit` units that splits no character, ending at a blank where one is near.
    public static func beginning(_ text: String, limit: Int) -> Substring {
        guard length(text) > limit else { return text[...] }
        var units = 0
        var end = text.startIndex
        var blank: String.Index?
        while end < text.endIndex {
            let next = units + text[end].utf16.count
            if next > limit { break }
            if text[end].isWhitespace { blank = end }
            units = next
            end = text.index(after: end)
        }
        if let blank, text[blank..<end].utf16.count < 80 { end = blank }
        return text[..<end]
    }

    /// A part of `text` as an entity names it; `nil` when it lies outside.
    public static func part(_ text: String, offset: Int, length: Int) -> Substring? {
        guard offset >= 0, length >= 0, offset <= text.utf16.count, length <= text.utf16.count - offset else {
            return nil
        }
        let start = text.utf16.index(text.startIndex, offsetBy: offset)
        let end = text.utf16.index(start, offsetBy: length)
        return text[start..<end]
    }
}
