/// Names of files as others may have chosen them, for places where only some characters are allowed.
public enum FileNames {
    /// Bytes that servers and disks take.
    private static let longest = 150

    /// One segment of a path that can be read: what would change an address is percent-encoded (RFC 3986 section 3.3).
    public static func pathSegment(_ name: String) -> String { encoded(plain(name), keeping: ".-_~") }

    /// The value of `Content-Disposition`: a name for everybody in ASCII, and the right one (RFC 6266, RFC 8187).
    public static func disposition(_ kind: String, _ name: String) -> String {
        let name = plain(name)
        let ascii = String(
            decoding: name.unicodeScalars.map { scalar -> UInt8 in
                let isPlain = scalar.value >= 0x20 && scalar.value < 0x7f && scalar != "\"" && scalar != "\\"
                return isPlain && scalar != "%" ? UInt8(scalar.value) : 0x5f
            }, as: UTF8.self)
        let simple = "\(kind); filename=\"\(ascii)\""
        return ascii == name ? simple : simple + "; filename*=UTF-8''" + encoded(name, keeping: "!#$&+-.^_`|~")
    }

    /// Without what separates folders, what cannot be seen, and what turns text around; never empty.
    public static func plain(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            let isHidden =
                scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                || (0x200b...0x200f).contains(scalar.value) || (0x202a...0x202e).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value) || scalar.value == 0xfeff
            if isHidden { continue }
            let text = scalar == "/" || scalar == "\\" ? "_" : String(scalar)
            if result.utf8.count + text.utf8.count > longest { break }
            result += text
        }
        let trimmed = result.drop { $0 == "." || $0 == " " }
        return trimmed.isEmpty ? "file" : String(trimmed)
    }

    private static func encoded(_ text: String, keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let kept = Set(kept.utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            let isWord =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            if isWord || kept.contains(byte) {
                result.append(byte)
            } else {
                result += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
