/// One 512-byte header (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format").
struct TarHeader {
    static let size = 512

    let name: String
    let bytes: Int64
    let type: UInt8

    /// - Throws: an `ArchiveError.Code` when the block is no header.
    init(_ block: ArraySlice<UInt8>) throws(TarFault) {
        let block = Array(block)
        guard try Self.octal(block[148..<156]) == Self.checksum(of: block) else { throw TarFault(.badChecksum) }
        // POSIX writes "ustar\0" and "00", GNU "ustar  \0"; older forms are not made any more.
        let isPOSIX = block[257..<263].elementsEqual("ustar\0".utf8)
        guard isPOSIX || block[257..<265].elementsEqual("ustar  \0".utf8) else { throw TarFault(.badHeader) }
        bytes = try Self.number(block[124..<136])
        type = block[156]
        let name = try Self.text(block[0..<100])
        // GNU keeps times where POSIX keeps the front of long names.
        let prefix = isPOSIX ? try Self.text(block[345..<500]) : ""
        self.name = prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    /// The sum of all bytes, those of the checksum itself counted as spaces.
    private static func checksum(of block: [UInt8]) -> Int64 {
        block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int64(block[$1])) }
    }

    static func text(_ field: ArraySlice<UInt8>) throws(TarFault) -> String {
        guard let text = String(validating: field.prefix { $0 != 0 }, as: UTF8.self) else {
            throw TarFault(.unsafePath)
        }
        return text
    }

    /// Octal digits, or GNU's and POSIX's big-endian form with the highest bit set.
    private static func number(_ field: ArraySlice<UInt8>) throws(TarFault) -> Int64 {
        guard field.first == 0x80 else { return try octal(field) }
        var value: Int64 = 0
        for byte in field.dropFirst() {
            guard value < 1 << 47 else { throw TarFault(.badNumber) }
            value = value << 8 | Int64(byte)
        }
        return value
    }

    private static func octal(_ field: ArraySlice<UInt8>) throws(TarFault) -> Int64 {
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x37).contains($0) }) else { throw TarFault(.badNumber) }
        return digits.reduce(0) { $0 << 3 | Int64($1 - 0x30) }
    }
}

/// A fault before its entry is known.
struct TarFault: Error {
    let code: ArchiveError.Code
    init(_ code: ArchiveError.Code) { self.code = code }
}
