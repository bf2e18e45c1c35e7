import CSpeechKernels
import Glibc
import SpeechKernels

/// Chooses tokens: the most likely one, or at a temperature one by chance. The chance is seeded, so that the same audio
/// always gives the same text.
struct TokenSampler {
    let temperature: Float
    private var state: UInt64

    init(temperature: Float, seed: UInt64) {
        self.temperature = temperature
        state = seed
    }

    /// A token and the logarithm of its probability at temperature one; `nil` when the numbers are not comparable.
    mutating func choose(
        _ logits: UnsafePointer<Float>, _ count: Int, _ scratch: AlignedBuffer<Float>, _ kernels: Kernels
    ) -> (token: Int, logProbability: Float)? {
        let sum = kernels.table.pointee.log_sum_exp(logits, Int32(count))
        guard sum.isFinite else { return nil }
        let token =
            temperature > 0
            ? draw(logits, count, scratch, kernels) : Int(kernels.table.pointee.largest_index(logits, Int32(count)))
        return token >= 0 ? (token, logits[token] - sum) : nil
    }

    private mutating func draw(
        _ logits: UnsafePointer<Float>, _ count: Int, _ scratch: AlignedBuffer<Float>, _ kernels: Kernels
    ) -> Int {
        for index in 0..<count { scratch.base[index] = logits[index] / temperature }
        kernels.table.pointee.softmax(scratch.base, Int32(count))
        var rest = uniform()
        var last = -1
        for index in 0..<count where scratch.base[index] > 0 && logits[index] > -.infinity {
            last = index
            rest -= scratch.base[index]
            if rest < 0 { break }
        }
        return last
    }

    /// 0 ..< 1, by SplitMix64.
    private mutating func uniform() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Float((mixed ^ mixed >> 31) >> 40) / Float(1 << 24)
    }
}
