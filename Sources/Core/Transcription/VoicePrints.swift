internal import FoundationEssentials

/// Vectors of length 1 with components of one sign, a byte for each: the loss is far below what two windows of one
/// voice differ by.
public struct VoicePrints: Sendable, Hashable {
    public static let dimensions = 256

    /// `dimensions` bytes for each print. Only their direction counts, so that no scale is kept.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public init(_ vectors: [[Float]]) {
        for vector in vectors { append(vector) }
    }

    public var count: Int { bytes.count / Self.dimensions }

    public mutating func append(_ vector: [Float]) {
        precondition(vector.count == Self.dimensions, "a print has \(Self.dimensions) components")
        let peak = max(vector.max() ?? 0, 1e-6)
        bytes += vector.map { UInt8(min(max(($0 / peak * 255).rounded(), 0), 255)) }
    }

    public mutating func append(_ other: VoicePrints) {
        bytes += other.bytes
    }

    /// A vector of length 1.
    public func vector(_ index: Int) -> [Float] {
        let row = bytes[index * Self.dimensions..<(index + 1) * Self.dimensions]
        return row.map(Float.init).normalised
    }
}

extension [Float] {
    /// The same direction with length 1; as it is when it has none.
    public var normalised: [Float] {
        let length = reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? map { $0 / length } : self
    }
}

extension VoicePrints: Codable {
    public init(from decoder: any Decoder) throws {
        let data = try decoder.singleValueContainer().decode(Data.self)
        guard data.count % Self.dimensions == 0 else {
            throw Swift.DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a broken print"))
        }
        bytes = [UInt8](data)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Data(bytes))
    }
}
