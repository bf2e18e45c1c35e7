/// What may be the name of a model and of a file in its folder.
enum ModelName {
    /// Letters, digits, dots, dashes and underscores, not beginning with a dot.
    static func isValid(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
            && name.utf8.allSatisfy { isPlain($0) }
    }

    /// One part of a path: no slash, no dots that lead elsewhere, no control characters.
    static func isFileName(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
            && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }

    static func check(_ name: String) throws(ModelError) {
        guard isValid(name) else { throw .invalidName }
    }

    /// A valid name as close to a file's name as can be; `nil` when nothing of it can be used.
    static func made(from fileName: String) -> String? {
        var name = fileName
        for ending in [".onnx", ".bin", ".tar.bz2"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        let bytes = name.utf8.map { isPlain($0) ? $0 : UInt8(ascii: "-") }
        let trimmed = bytes.drop { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }.prefix(100)
        return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
