import Glibc
import Transcription

/// The weights of the encoder, from the flat file that `Scripts/convert_speaker_encoder.py` writes and describes.
struct VoiceWeights {
    struct Layer {
        /// Numbers of one input row.
        var width: Int
        /// 1024 rows of `width`.
        var input: [Float]
        /// 1024 rows of 256.
        var state: [Float]
        var inputBias: [Float]
        var stateBias: [Float]
    }

    private static let mark = Array("GE2E\0\0\0\0".utf8)
    private static let widths = [MelPower.mels, VoiceEncoder.hidden, VoiceEncoder.hidden]

    let layers: [Layer]
    /// 256 rows of 256.
    let projection: [Float]
    let projectionBias: [Float]

    /// - Parameter file: open for reading.
    init(file: CInt) throws(EngineError) {
        var numbers = try Self.read(file)[...]
        func take(_ count: Int) -> [Float] {
            defer { numbers = numbers.dropFirst(count) }
            return Array(numbers.prefix(count))
        }
        let (hidden, gates) = (VoiceEncoder.hidden, 4 * VoiceEncoder.hidden)
        layers = Self.widths.map { width in
            Layer(
                width: width, input: take(gates * width), state: take(gates * hidden), inputBias: take(gates),
                stateBias: take(gates))
        }
        projection = take(hidden * hidden)
        projectionBias = take(hidden)
    }

    private static var count: Int {
        let (hidden, gates) = (VoiceEncoder.hidden, 4 * VoiceEncoder.hidden)
        return widths.reduce(0) { $0 + gates * ($1 + hidden + 2) } + hidden * hidden + hidden
    }

    private static func read(_ file: CInt) throws(EngineError) -> [Float] {
        let damaged = EngineError(.unusable, "The speaker encoder’s file is damaged; run `make setup` again.")
        let size = mark.count + count * MemoryLayout<Float>.size
        var facts = stat()
        guard fstat(file, &facts) == 0, Int(facts.st_size) == size else { throw damaged }
        var bytes = [UInt8](repeating: 0, count: size)
        var done = 0
        while done < size {
            let got = bytes.withUnsafeMutableBytes {
                pread(file, $0.baseAddress?.advanced(by: done), size - done, off_t(done))
            }
            guard got > 0 || (got < 0 && errno == EINTR) else { throw damaged }
            done += max(0, got)
        }
        guard bytes.starts(with: mark) else { throw damaged }
        let numbers = bytes.withUnsafeBytes { raw in
            (0..<count).map { raw.loadUnaligned(fromByteOffset: mark.count + $0 * 4, as: Float.self) }
        }
        guard numbers.allSatisfy({ $0.isFinite && abs($0) < 1e4 }) else { throw damaged }
        return numbers
    }
}
