import CSpeechKernels
import Glibc
import SpeechKernels
import Transcription

/// The log-mel spectrogram of openai-whisper (audio.py, `log_mel_spectrogram`) of one window of 30 s: reflected by 200
/// samples on both sides, periodic Hann windows of 400 every 160, power, mel filters, log10 floored at 1e-10 and at 8
/// below the window's maximum, (x + 4) / 4. The transform is a product with cosines and sines: 400 is too short for
/// anything cleverer to win.
final class LogMel {
    /// Frequencies of a spectrum of 400 samples.
    static let bins = 201
    static let frames = 3000
    private static let window = 400
    private static let hop = 160
    private static let samples = frames * hop

    let mels: Int
    private let kernels: Kernels
    private let waves: FloatMatrix
    private let filters: FloatMatrix
    private let padded = AlignedBuffer<Float>(samples + window)
    private let scratch: [AlignedBuffer<Float>]
    private let pool: WorkerPool
    private static let framesAtOnce = 48

    /// - Parameter filters: `mels` rows of 201 weights.
    init(_ kernels: Kernels, _ pool: WorkerPool, filters weights: [Float], mels: Int) {
        self.kernels = kernels
        self.mels = mels
        self.pool = pool
        waves = Self.waves(kernels)
        let filters = FloatMatrix(kernels, outputs: mels, depth: Self.bins)
        weights.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for mel in 0..<mels { filters.setWeights(base + mel * Self.bins, output: mel) }
        }
        self.filters = filters
        scratch = (0..<pool.threads).map { _ in AlignedBuffer(Self.framesAtOnce * Self.bins * 3) }
    }

    /// Windowed cosines, then windowed sines.
    private static func waves(_ kernels: Kernels) -> FloatMatrix {
        let matrix = FloatMatrix(kernels, outputs: 2 * bins, depth: window)
        for output in 0..<2 * bins {
            let wave = (0..<window).map { position -> Float in
                // The phase is reduced first: sines of large angles are inexact.
                let phase = 2 * Double.pi * Double(position * (output % bins) % window) / Double(window)
                let hann = 0.5 - 0.5 * cos(2 * Double.pi * Double(position) / Double(window))
                return Float(hann * (output < bins ? cos(phase) : sin(phase)))
            }
            matrix.setWeights(wave, output: output)
        }
        return matrix
    }

    /// Writes `frames` rows of `mels` values.
    /// - Parameter samples: at most 30 s; what is missing is silence.
    func compute(_ samples: [Int16], into result: UnsafeMutablePointer<Float>) {
        pad(samples)
        let blocks = (Self.frames + Self.framesAtOnce - 1) / Self.framesAtOnce
        let peaks = AlignedBuffer<Float>(blocks)
        pool.lanes(blocks) { block, lane in
            let first = block * Self.framesAtOnce
            let count = min(Self.framesAtOnce, Self.frames - first)
            peaks.base[block] = logMel(first, count, scratch[lane].base, result + first * mels)
        }
        let floor = (0..<blocks).reduce(-Float.infinity) { max($0, peaks.base[$1]) } - 8
        pool.parts(of: Self.frames * mels) { part in
            for index in part { result[index] = (max(result[index], floor) + 4) / 4 }
        }
    }

    private func pad(_ samples: [Int16]) {
        let count = min(samples.count, Self.samples)
        let edge = Self.window / 2
        let center = padded.base + edge
        for index in 0..<count { center[index] = Float(samples[index]) / 32768 }
        for index in count..<Self.samples { center[index] = 0 }
        for index in 1...edge {
            center[-index] = center[index]
            center[Self.samples - 1 + index] = center[Self.samples - 1 - index]
        }
    }

    /// Logarithms of some frames; returns the largest.
    private func logMel(
        _ first: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Float>, _ result: UnsafeMutablePointer<Float>
    ) -> Float {
        let spectra = scratch
        let powers = scratch + Self.framesAtOnce * 2 * Self.bins
        waves.apply(padded.base + first * Self.hop, rowStride: Self.hop, count, into: spectra, stride: 2 * Self.bins)
        for frame in 0..<count {
            kernels.table.pointee.power(
                spectra + frame * 2 * Self.bins, Int32(Self.bins), powers + frame * Self.bins)
        }
        filters.apply(powers, rowStride: Self.bins, count, into: result, stride: mels)
        var peak = -Float.infinity
        for index in 0..<count * mels {
            result[index] = log10f(max(result[index], 1e-10))
            peak = max(peak, result[index])
        }
        return peak
    }
}
