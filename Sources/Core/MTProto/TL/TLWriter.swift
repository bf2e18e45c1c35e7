/// Writes values of the type language.
public struct TLWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public init(_ constructor: UInt32) { uint32(constructor) }

    public mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    public mutating func uint32(_ value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func int(_ value: Int32) { uint32(UInt32(bitPattern: value)) }

    public mutating func long(_ value: Int64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Bytes as they are: `int128`, `int256`, or a value that was written elsewhere.
    public mutating func raw(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

    /// `bytes`. - Precondition: fewer than 2^24 of them.
    public mutating func bytes(_ value: some Collection<UInt8>) {
        let count = value.count
        precondition(count < 1 << 24, "TL cannot say such a length")
        if count < 254 {
            bytes.append(UInt8(count))
        } else {
            bytes += [254, UInt8(count & 255), UInt8(count >> 8 & 255), UInt8(count >> 16)]
        }
        bytes.append(contentsOf: value)
        let header = count < 254 ? 1 : 4
        bytes.append(contentsOf: repeatElement(0, count: (4 - (header + count) % 4) % 4))
    }

    public mutating func string(_ value: String) { bytes(Array(value.utf8)) }

    public mutating func bool(_ value: Bool) { uint32(value ? TL.boolTrue : TL.boolFalse) }

    public mutating func vector<Item>(_ items: some Collection<Item>, _ write: (inout TLWriter, Item) -> Void) {
        uint32(TL.vector)
        int(Int32(items.count))
        for item in items { write(&self, item) }
    }

    public mutating func longs(_ values: [Int64]) { vector(values) { $0.long($1) } }
}
