import CSpeechKernels
import Glibc
import SpeechKernels
import Transcription

/// Mel powers as librosa computes them: windows of 25 ms every 10 ms, centred, periodic Hann, 40 filters on Slaney's
/// scale with his normalisation, no logarithm.
final class MelPower {
    static let mels = 40
    private static let window = 400
    /// Samples from one frame to the next.
    static let hop = 160
    /// Full scale is 1.
    private static let unit: Float = 1 / 32768
    private static let bins = window / 2 + 1
    private static let framesAtOnce = 32

    private let kernels: Kernels
    private let waves: FloatMatrix
    private let filters: FloatMatrix
    private let spectra = AlignedBuffer<Float>(framesAtOnce * 2 * bins)
    private let powers = AlignedBuffer<Float>(framesAtOnce * bins)

    init(_ kernels: Kernels) {
        self.kernels = kernels
        waves = FloatMatrix(kernels, outputs: 2 * Self.bins, depth: Self.window)
        for output in 0..<2 * Self.bins { waves.setWeights(Self.wave(output), output: output) }
        filters = FloatMatrix(kernels, outputs: Self.mels, depth: Self.bins)
        for (mel, weights) in SlaneyFilters.weights(Self.mels, bins: Self.bins).enumerated() {
            filters.setWeights(weights, output: mel)
        }
    }

    /// A windowed cosine, or, in the second half, a sine.
    private static func wave(_ output: Int) -> [Float] {
        (0..<window).map { position in
            // The phase is reduced first: sines of large angles are inexact.
            let phase = 2 * Double.pi * Double(position * (output % bins) % window) / Double(window)
            let hann = 0.5 - 0.5 * cos(2 * Double.pi * Double(position) / Double(window))
            return Float(hann * (output < bins ? cos(phase) : sin(phase)))
        }
    }

    /// The powers of all frames of a sound, `mels` each; the first is centred on its first sample, and what lies around
    /// it is silence.
    func compute(_ samples: [Int16]) -> [Float] {
        let frames = samples.count / Self.hop + 1
        let edge = Self.window / 2
        var sound = [Float](repeating: 0, count: samples.count + 2 * edge + Self.hop)
        for index in samples.indices { sound[edge + index] = Float(samples[index]) * Self.unit }
        var result = [Float](repeating: 0, count: frames * Self.mels)
        sound.withUnsafeBufferPointer { sound in
            result.withUnsafeMutableBufferPointer { result in
                guard let sound = sound.baseAddress, let result = result.baseAddress else { return }
                for first in stride(from: 0, to: frames, by: Self.framesAtOnce) {
                    let count = min(Self.framesAtOnce, frames - first)
                    waves.apply(
                        sound + first * Self.hop, rowStride: Self.hop, count, into: spectra.base, stride: 2 * Self.bins)
                    for frame in 0..<count {
                        kernels.table.pointee.power(
                            spectra.base + frame * 2 * Self.bins, Int32(Self.bins), powers.base + frame * Self.bins)
                    }
                    filters.apply(
                        powers.base, rowStride: Self.bins, count, into: result + first * Self.mels, stride: Self.mels)
                }
            }
        }
        return result
    }
}

/// Triangles that are equally wide in mels (Slaney, Auditory Toolbox, 1998), each of area 2 ⁄ width.
enum SlaneyFilters {
    /// `mels` rows of `bins` weights for frequencies from 0 to half the sample rate.
    static func weights(_ mels: Int, bins: Int) -> [[Float]] {
        let nyquist = Double(PCMFormat.sampleRate) / 2
        let edges = (0..<mels + 2).map { hertz(mel(nyquist) * Double($0) / Double(mels + 1)) }
        return (0..<mels).map { index in
            let (low, middle, high) = (edges[index], edges[index + 1], edges[index + 2])
            return (0..<bins).map { bin in
                let frequency = nyquist * Double(bin) / Double(bins - 1)
                let height = min((frequency - low) / (middle - low), (high - frequency) / (high - middle))
                return Float(max(0, height) * 2 / (high - low))
            }
        }
    }

    private static let step = 200.0 / 3
    private static let bend = 1000.0
    private static let growth = log(6.4) / 27

    private static func mel(_ hertz: Double) -> Double {
        hertz < bend ? hertz / step : bend / step + log(hertz / bend) / growth
    }

    private static func hertz(_ mel: Double) -> Double {
        mel < bend / step ? mel * step : bend * exp(growth * (mel - bend / step))
    }
}
