/// The values that records consist of (https://github.com/msgpack/msgpack/blob/master/spec.md). The server's scripts
/// read and write them too.
enum Packed: Hashable {
    case none
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    /// Text, or bytes that stand for it.
    case raw([UInt8])
    case list([Packed])
}

extension Packed {
    struct Unreadable: Error {}

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        // Scripts have no holes in lists; what is absent is false.
        case .none, .bool(false): bytes.append(0xc2)
        case .bool(true): bytes.append(0xc3)
        case .integer(let value):
            if (0..<128).contains(value) {
                bytes.append(UInt8(value))
            } else {
                bytes.append(0xd3)
                Self.append(UInt64(bitPattern: value), 8, &bytes)
            }
        case .number(let value):
            bytes.append(0xcb)
            Self.append(value.bitPattern, 8, &bytes)
        case .raw(let letters):
            switch letters.count {
            case 0..<32: bytes.append(0xa0 | UInt8(letters.count))
            case 32..<256: bytes += [0xd9, UInt8(letters.count)]
            case 256..<65536:
                bytes.append(0xda)
                Self.append(UInt64(letters.count), 2, &bytes)
            default:
                bytes.append(0xdb)
                Self.append(UInt64(letters.count), 4, &bytes)
            }
            bytes += letters
        case .list(let items):
            if items.count < 16 {
                bytes.append(0x90 | UInt8(items.count))
            } else {
                bytes.append(0xdc)
                Self.append(UInt64(items.count), 2, &bytes)
            }
            for item in items { item.write(to: &bytes) }
        }
    }

    private static func append(_ value: UInt64, _ count: Int, _ bytes: inout [UInt8]) {
        for shift in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))) }
    }

    init(_ bytes: [UInt8]) throws(Unreadable) {
        var reader = PackedReader(bytes: bytes[...])
        self = try reader.value(depth: 4)
        guard reader.bytes.isEmpty else { throw Unreadable() }
    }
}

private struct PackedReader {
    var bytes: ArraySlice<UInt8>

    mutating func value(depth: Int) throws(Packed.Unreadable) -> Packed {
        guard depth > 0, let kind = bytes.popFirst() else { throw Packed.Unreadable() }
        switch kind {
        case 0x00...0x7f: return .integer(Int64(kind))
        case 0xe0...0xff: return .integer(Int64(Int8(bitPattern: kind)))
        case 0xc0: return .none
        case 0xc2: return .bool(false)
        case 0xc3: return .bool(true)
        case 0xcc: return .integer(Int64(try word(1)))
        case 0xcd: return .integer(Int64(try word(2)))
        case 0xce: return .integer(Int64(try word(4)))
        case 0xcf: return .integer(Int64(clamping: try word(8)))
        case 0xd0: return .integer(Int64(Int8(truncatingIfNeeded: try word(1))))
        case 0xd1: return .integer(Int64(Int16(truncatingIfNeeded: try word(2))))
        case 0xd2: return .integer(Int64(Int32(truncatingIfNeeded: try word(4))))
        case 0xd3: return .integer(Int64(bitPattern: try word(8)))
        case 0xca: return .number(Double(Float(bitPattern: UInt32(try word(4)))))
        case 0xcb: return .number(Double(bitPattern: try word(8)))
        case 0xa0...0xbf: return .raw(try text(Int(kind & 31)))
        case 0xd9: return .raw(try text(Int(try word(1))))
        case 0xda: return .raw(try text(Int(try word(2))))
        case 0xdb: return .raw(try text(Int(try word(4))))
        case 0x90...0x9f: return .list(try list(Int(kind & 15), depth))
        case 0xdc: return .list(try list(Int(try word(2)), depth))
        case 0xdd: return .list(try list(Int(try word(4)), depth))
        default: throw Packed.Unreadable()
        }
    }

    private mutating func word(_ count: Int) throws(Packed.Unreadable) -> UInt64 {
        guard bytes.count >= count else { throw Packed.Unreadable() }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func text(_ count: Int) throws(Packed.Unreadable) -> [UInt8] {
        guard bytes.count >= count else { throw Packed.Unreadable() }
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    private mutating func list(_ count: Int, _ depth: Int) throws(Packed.Unreadable) -> [Packed] {
        // Each item takes a byte at least: what is claimed beyond that is a lie.
        guard bytes.count >= count else { throw Packed.Unreadable() }
        var items: [Packed] = []
        for _ in 0..<count { items.append(try value(depth: depth - 1)) }
        return items
    }
}

extension Packed {
    static func text(_ text: String) -> Packed { .raw(Array(text.utf8)) }

    init(_ value: String?) { self = value.map { .text($0) } ?? .none }
    init(_ value: Double?) { self = value.map { .number($0) } ?? .none }

    var raw: [UInt8]? {
        if case .raw(let bytes) = self { bytes } else { nil }
    }

    var text: String? { raw.map { String(decoding: $0, as: UTF8.self) } }

    var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .none, .bool, .raw, .list: nil
        }
    }

    var integer: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value): Int(exactly: value)
        case .none, .bool, .raw, .list: nil
        }
    }

    var isTrue: Bool { self == .bool(true) }
}
