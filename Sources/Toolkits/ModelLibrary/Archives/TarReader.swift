/// Reads a tar archive as its bytes arrive: ustar, pax and GNU's long names, regular files and folders only.
///
/// A value that only decides: what to do with each piece is the caller's, who gets events in order. Anything that could
/// write outside the folder, or more than allowed, is an error before the caller hears of it.
struct TarReader {
    enum Event {
        /// A file begins; as many bytes as it says follow in `data` events.
        case file(path: String, bytes: Int64)
        case folder(path: String)
        case data(ArraySlice<UInt8>)
        case endOfFile
    }

    private enum State {
        /// Collecting a header.
        case header
        /// One zero block was read; a second one ends the archive.
        case firstZeroBlock
        /// Inside a file, then its padding.
        case content(left: Int64, padding: Int)
        /// Inside an extended header, collected in `block`, then its padding.
        case extended(type: UInt8, left: Int, padding: Int)
        case padding(left: Int)
        case ended
    }

    /// Extended headers hold names and numbers: more than this is an attack.
    private static let extendedLimit: Int64 = 1 << 16

    private let limits: ArchiveLimits
    private var state = State.header
    private var block: [UInt8] = []
    private var entries = 0
    private var total: Int64 = 0
    private var names = TarNames()
    /// What extended headers said about the next entry.
    private var extended = TarExtendedHeader()

    init(limits: ArchiveLimits) { self.limits = limits }

    /// Takes in more of the archive.
    ///
    /// - Throws: `ArchiveError`, or what `body` throws.
    mutating func read(_ bytes: ArraySlice<UInt8>, _ body: (Event) throws -> Void) throws {
        var rest = bytes
        do {
            while !rest.isEmpty { try step(&rest, body) }
        } catch let fault as TarFault {
            throw ArchiveError(fault.code, entry: entries)
        }
    }

    /// The archive has ended: it must have said so itself.
    func finish() throws(ArchiveError) {
        guard case .ended = state else { throw ArchiveError(.truncated, entry: entries) }
    }

    private mutating func step(_ rest: inout ArraySlice<UInt8>, _ body: (Event) throws -> Void) throws {
        switch state {
        case .header, .firstZeroBlock:
            take(TarHeader.size - block.count, from: &rest)
            if block.count == TarHeader.size { try readHeader(body) }
        case .content(let left, let padding):
            let piece = rest.prefix(Int(min(left, Int64(rest.count))))
            rest = rest[piece.endIndex...]
            try body(.data(piece))
            let remaining = left - Int64(piece.count)
            state = remaining == 0 ? Self.afterPadding(padding) : .content(left: remaining, padding: padding)
            if remaining == 0 { try body(.endOfFile) }
        case .extended(let type, let left, let padding):
            let before = block.count
            take(left, from: &rest)
            let remaining = left - (block.count - before)
            state = .extended(type: type, left: remaining, padding: padding)
            if remaining == 0 { try finishExtended(type, padding: padding) }
        case .padding(let left):
            let count = min(left, rest.count)
            rest = rest.dropFirst(count)
            state = Self.afterPadding(left - count)
        case .ended:
            guard rest.allSatisfy({ $0 == 0 }) else { throw TarFault(.trailingData) }
            rest = rest[rest.endIndex...]
        }
    }

    private mutating func take(_ count: Int, from rest: inout ArraySlice<UInt8>) {
        let piece = rest.prefix(count)
        block += piece
        rest = rest[piece.endIndex...]
    }

    private static func afterPadding(_ left: Int) -> State { left == 0 ? .header : .padding(left: left) }

    private static func padding(after bytes: Int64) -> Int { Int(-bytes & Int64(TarHeader.size - 1)) }

    private mutating func readHeader(_ body: (Event) throws -> Void) throws {
        defer { block = [] }
        if block.allSatisfy({ $0 == 0 }) {
            if case .firstZeroBlock = state { state = .ended } else { state = .firstZeroBlock }
            return
        }
        entries += 1
        guard case .header = state else { throw TarFault(.badHeader) }
        guard entries <= limits.entries else { throw TarFault(.tooManyEntries) }
        let header = try TarHeader(block[...])
        switch header.type {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"):
            guard (1...Self.extendedLimit).contains(header.bytes) else { throw TarFault(.badExtension) }
            state = .extended(
                type: header.type, left: Int(header.bytes), padding: Self.padding(after: header.bytes))
        case UInt8(ascii: "0"), 0: try beginFile(header, body)
        case UInt8(ascii: "5"): try beginFolder(header, body)
        case UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "K"): throw TarFault(.link)
        default: throw TarFault(.specialFile)
        }
    }

    private mutating func beginFile(_ header: TarHeader, _ body: (Event) throws -> Void) throws {
        let name = extended.path ?? header.name
        let bytes = extended.bytes ?? header.bytes
        extended = TarExtendedHeader()
        let path = try TarPath.checked(name)
        // An old form of folders has the type of files.
        guard !path.isEmpty, !name.hasSuffix("/") else { throw TarFault(.unsafePath) }
        try names.addFile(path)
        guard bytes <= limits.bytes - total else { throw TarFault(.tooLarge) }
        total += bytes
        try body(.file(path: path, bytes: bytes))
        let padding = Self.padding(after: bytes)
        state = bytes == 0 ? .header : .content(left: bytes, padding: padding)
        if bytes == 0 { try body(.endOfFile) }
    }

    private mutating func beginFolder(_ header: TarHeader, _ body: (Event) throws -> Void) throws {
        let path = try TarPath.checked(extended.path ?? header.name)
        let bytes = extended.bytes ?? header.bytes
        extended = TarExtendedHeader()
        guard bytes == 0 else { throw TarFault(.badNumber) }
        // "./" is the archive's own root.
        guard !path.isEmpty else { return }
        try names.addFolder(path)
        state = .header
        try body(.folder(path: path))
    }

    private mutating func finishExtended(_ type: UInt8, padding: Int) throws(TarFault) {
        if type == UInt8(ascii: "L") {
            extended.path = try TarHeader.text(block[...])
        } else {
            try extended.read(block[...], isGlobal: type == UInt8(ascii: "g"))
        }
        block = []
        state = Self.afterPadding(padding)
    }
}
