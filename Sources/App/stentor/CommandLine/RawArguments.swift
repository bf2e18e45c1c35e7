import Glibc

/// The words of the command line as the system gave them: file names need not be text.
struct RawArguments: Sendable {
    let words: [RawWord]

    init(_ vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int) {
        words = (0..<count).compactMap { index in
            vector[index].map { RawWord(bytes: Array(UnsafeBufferPointer(start: $0, count: strlen($0)))) }
        }
    }

    init(_ words: [RawWord]) {
        self.words = words
    }
}

/// One word of bytes.
struct RawWord: Sendable, Hashable, ExpressibleByStringLiteral {
    /// Without the zero byte at the end.
    let bytes: [CChar]

    init(bytes: [CChar]) {
        self.bytes = bytes
    }

    init(_ text: String) {
        bytes = text.utf8.map(CChar.init(bitPattern:))
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    /// For system calls.
    var path: [CChar] { bytes + [0] }

    /// Bytes that are no UTF-8 become U+FFFD.
    var text: String { String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self) }

    /// For people: on one line, without what would steer a terminal.
    var display: String {
        String(
            text.unicodeScalars.map { scalar -> Character in
                scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) ? "\u{FFFD}" : Character(scalar)
            })
    }

    private static let slash = CChar(bitPattern: UInt8(ascii: "/"))
    private static let dot = CChar(bitPattern: UInt8(ascii: "."))

    /// The name after the last slash.
    var lastComponent: RawWord {
        RawWord(bytes: Array(bytes.split(separator: Self.slash).last ?? []))
    }

    /// The last name without its extension.
    var stem: RawWord {
        let name = lastComponent.bytes
        guard let point = name.lastIndex(of: Self.dot), point > 0 else { return RawWord(bytes: name) }
        return RawWord(bytes: Array(name[..<point]))
    }

    /// Everything before the last slash, or the current folder.
    var folder: RawWord {
        guard let last = bytes.lastIndex(of: Self.slash) else { return "." }
        return RawWord(bytes: Array(bytes[...max(last - 1, 0)]))
    }

    func appending(_ component: RawWord) -> RawWord {
        bytes.last == Self.slash
            ? RawWord(bytes: bytes + component.bytes) : RawWord(bytes: bytes + [Self.slash] + component.bytes)
    }

    func appending(extension name: String) -> RawWord {
        RawWord(bytes: bytes + RawWord("." + name).bytes)
    }

    var endsWithSlash: Bool { bytes.last == Self.slash }
}
