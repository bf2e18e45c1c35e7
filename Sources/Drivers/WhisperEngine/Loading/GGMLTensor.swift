/// Where a tensor lies in its file.
struct GGMLTensor {
    let type: GGMLType
    let count: Int
    let rowLength: Int
    let offset: Int

    var bytes: Int { type.bytes(count) }
}

/// How numbers are stored; the raw values are ggml's.
enum GGMLType: Int {
    case f32 = 0
    case f16 = 1
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8

    /// Numbers that share a scale.
    var blockLength: Int {
        switch self {
        case .f32, .f16: 1
        case .q5_0, .q5_1, .q8_0: 32
        }
    }

    private var blockBytes: Int {
        switch self {
        case .f32: 4
        case .f16: 2
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        }
    }

    /// Bytes of `count` numbers, a multiple of `blockLength`.
    func bytes(_ count: Int) -> Int { count / blockLength * blockBytes }

    /// The numbers of whole blocks.
    func values(_ bytes: [UInt8]) -> [Float] {
        let count = bytes.count / blockBytes * blockLength
        return bytes.withUnsafeBytes { raw in
            [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
                for index in stride(from: 0, to: count, by: blockLength) {
                    let block = UnsafeRawBufferPointer(rebasing: raw[(index / blockLength * blockBytes)...])
                    let target = UnsafeMutableBufferPointer(rebasing: buffer[index..<index + blockLength])
                    decode(block, into: target)
                }
                initialized = count
            }
        }
    }

    private func decode(_ block: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .f32: values[0] = Float(bitPattern: UInt32(littleEndian: block.loadUnaligned(as: UInt32.self)))
        case .f16: values[0] = half(block, 0)
        case .q8_0:
            let scale = half(block, 0)
            for index in 0..<32 { values[index] = scale * Float(Int8(bitPattern: block[2 + index])) }
        case .q5_0: decodeFiveBits(block, quants: 6, scale: half(block, 0), minimum: -16 * half(block, 0), into: values)
        case .q5_1: decodeFiveBits(block, quants: 8, scale: half(block, 0), minimum: half(block, 2), into: values)
        }
    }

    /// Sixteen bytes hold the low four bits, first of values 0…15, then of 16…31; the word before them the fifth bits.
    private func decodeFiveBits(
        _ block: UnsafeRawBufferPointer, quants: Int, scale: Float, minimum: Float,
        into values: UnsafeMutableBufferPointer<Float>
    ) {
        let high = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: quants - 4, as: UInt32.self))
        for index in 0..<16 {
            let byte = UInt32(block[quants + index])
            let first = byte & 15 | (high >> UInt32(index) & 1) << 4
            let second = byte >> 4 | (high >> UInt32(index + 16) & 1) << 4
            values[index] = Float(first) * scale + minimum
            values[index + 16] = Float(second) * scale + minimum
        }
    }

    private func half(_ block: UnsafeRawBufferPointer, _ offset: Int) -> Float {
        halfValue(UInt16(littleEndian: block.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }
}

/// IEEE 754 binary16, without the conversion instruction that not every x86-64 processor has.
func halfValue(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 31)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0: return Float(bitPattern: sign | 0x3380_0000) * Float(fraction)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}

/// Little-endian floats.
func floats(_ bytes: [UInt8]) -> [Float] { GGMLType.f32.values(bytes) }
