/// What kind of content a file has, for those who show it.
public enum MediaTypes {
    private static let byEnding: [String: String] = [
        "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "mkv": "video/x-matroska",
        "webm": "video/webm", "avi": "video/x-msvideo", "mpg": "video/mpeg", "mpeg": "video/mpeg", "ts": "video/mp2t",
        "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg", "oga": "audio/ogg",
        "opus": "audio/ogg", "flac": "audio/flac", "wav": "audio/wav", "weba": "audio/webm", "wma": "audio/x-ms-wma",
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
        "pdf": "application/pdf", "zip": "application/zip", "txt": "text/plain", "srt": "application/x-subrip",
        "vtt": "text/vtt", "epub": "application/epub+zip", "json": "application/json",
    ]

    /// Types that a browser may show from this server's address without running anything.
    private static let shown: Set<String> = [
        "image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain",
    ]

    /// What its sender's program says, where that is a type at all; else by its name.
    public static func type(of file: RemoteFile) -> String {
        if let said = file.mimeType?.lowercased(), isType(said) { return said }
        let ending = file.name.split(separator: ".").dropFirst().last?.lowercased() ?? ""
        return byEnding[ending] ?? "application/octet-stream"
    }

    /// The type to send it with: a page or a script from a stranger must not run as if it were ours.
    public static func sent(_ type: String) -> String {
        if isMedia(type) || shown.contains(type) { return type == "text/plain" ? "text/plain; charset=utf-8" : type }
        return "application/octet-stream"
    }

    /// Sound or pictures that move.
    public static func isMedia(_ type: String) -> Bool { type.hasPrefix("audio/") || type.hasPrefix("video/") }

    private static func isType(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isToken = { (part: Substring) in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || [0x2b, 0x2d, 0x2e].contains($0)
                }
        }
        return parts.count == 2 && text.utf8.count <= 80 && parts.allSatisfy(isToken)
    }
}
