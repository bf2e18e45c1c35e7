/// What a pax extended header says about the next entry (POSIX.1-2017 pax, "pax Extended Header").
struct TarExtendedHeader {
    var path: String?
    var bytes: Int64?

    /// Reads records of the form `length key=value\n`; keys that do not matter here are passed over.
    mutating func read(_ records: ArraySlice<UInt8>, isGlobal: Bool) throws(TarFault) {
        var rest = records
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard (1...6).contains(digits.count), let length = Self.decimal(digits), length > digits.count + 3,
                length <= rest.count
            else { throw TarFault(.badExtension) }
            let record = rest.prefix(length)
            rest = rest.dropFirst(length)
            let pair = record.dropFirst(digits.count + 1).dropLast()
            guard record.last == UInt8(ascii: "\n"), let equals = pair.firstIndex(of: UInt8(ascii: "=")) else {
                throw TarFault(.badExtension)
            }
            let key = String(decoding: pair[..<equals], as: UTF8.self)
            try set(key, pair[pair.index(after: equals)...], isGlobal: isGlobal)
        }
    }

    private mutating func set(_ key: String, _ value: ArraySlice<UInt8>, isGlobal: Bool) throws(TarFault) {
        if key.hasPrefix("GNU.sparse.") { throw TarFault(.specialFile) }
        guard key == "path" || key == "size" || key == "linkpath" else { return }
        // Nobody gives all files of an archive one name or size.
        guard !isGlobal else { throw TarFault(.badExtension) }
        switch key {
        case "path":
            // A zero byte would end the name for some readers and not for others.
            guard !value.contains(0) else { throw TarFault(.unsafePath) }
            path = try TarHeader.text(value)
        case "size":
            guard value.count <= 15, let number = Self.decimal(value) else { throw TarFault(.badNumber) }
            bytes = Int64(number)
        default: throw TarFault(.link)
        }
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
