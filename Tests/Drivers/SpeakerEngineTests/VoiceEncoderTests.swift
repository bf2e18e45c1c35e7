import CSpeechKernels
import Foundation
import SpeechKernels
import Testing
import Transcription
import Workbench

@testable import SpeakerEngine

@Suite("Speaker encoder")
struct VoiceEncoderTests {
    private static let path = "\(Workbench.engineFolder)/\(VoiceEncoderFile.fileName)"

    private static func encoder(_ kernels: Kernels = .best) throws -> VoiceEncoder {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        return VoiceEncoder(try VoiceWeights(file: file), kernels)
    }

    /// Two seconds that any program can compute: integers only.
    private static let hum: [Int16] = (0..<32_000).map { n in
        let value = [160, 107, 53, 29, 17].enumerated().reduce(0) { sum, item in
            let (k, period) = item
            return sum + floor(((n % period) * 2000 / period - 1000) * (5 - k), 2 + k % 2)
        }
        return Int16(floor(value * ((n / 1600) % 5 + 1), 4))
    }

    /// Rounds down, as the script does.
    private static func floor(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private func reference() throws -> [[Float]] {
        try VoiceReference.vectors.map { text in
            let data = try #require(Data(base64Encoded: text))
            return data.withUnsafeBytes { raw in
                (0..<VoicePrints.dimensions).map { Float(raw.loadUnaligned(fromByteOffset: $0 * 2, as: Float16.self)) }
            }
        }
    }

    private func cosine(_ a: [Float], _ b: [Float]) -> Float {
        zip(a.normalised, b.normalised).reduce(0) { $0 + $1.0 * $1.1 }
    }

    @Test("every form of the kernels says what the original network says", arguments: 0..<Int(sk_forms))
    func original(form: Int) throws {
        guard let table = sk_kernels_of(Int32(form)) else { return }
        let encoder = try Self.encoder(Kernels(table: table))
        let vectors = try encoder.embed(Self.hum, windows: [0, 1600, 6400]) { false }
        for (own, theirs) in zip(vectors, try reference()) { #expect(cosine(own, theirs) > 0.9999) }
    }

    @Test("how loud a voice is changes nothing")
    func loudness() throws {
        let encoder = try Self.encoder()
        let quiet = Self.hum.map { $0 / 8 }
        let loud = try encoder.embed(Self.hum, windows: [0]) { false }
        #expect(cosine(loud[0], try encoder.embed(quiet, windows: [0]) { false }[0]) > 0.999)
    }

    @Test("windows beyond the sound, silence and the loudest noise give directions")
    func edges() throws {
        let encoder = try Self.encoder()
        let noise = (0..<40_000).map { $0 % 2 == 0 ? Int16.max : Int16.min }
        for (samples, windows) in [
            (Self.hum, [-20_000, 31_000, 400_000]), ([], [0]), ([Int16](repeating: 0, count: 30_000), [0, 5_000]),
            (noise, [0]),
        ] {
            for vector in try encoder.embed(samples, windows: windows, isCancelled: { false }) {
                #expect(abs(cosine(vector, vector) - 1) < 1e-3 && vector.allSatisfy { $0 >= 0 && $0.isFinite })
            }
        }
    }

    @Test("a batch says of each window what it says of it alone")
    func batch() throws {
        let encoder = try Self.encoder()
        let windows = (0..<36).map { $0 * 160 }
        let together = try encoder.embed(Self.hum, windows: windows) { false }
        for index in [0, 17, 35] {
            #expect(
                cosine(together[index], try encoder.embed(Self.hum, windows: [windows[index]]) { false }[0]) > 0.99999)
        }
    }

    @Test("a request that is cancelled ends before its next batch")
    func cancelled() throws {
        let encoder = try Self.encoder()
        let error = #expect(throws: EngineError.self) { try encoder.embed(Self.hum, windows: [0]) { true } }
        #expect(error?.code == .cancelled)
    }

    @Test("a file that is missing, cut, or another one is refused with a sentence")
    func files() throws {
        let bench = try Workbench()
        let whole = try Data(contentsOf: URL(fileURLWithPath: Self.path))
        var bent = whole
        bent.replaceSubrange(8..<12, with: [0, 0, 0xc0, 0x7f])
        for (name, data) in [
            ("cut", whole.dropLast()), ("other", Data(repeating: 7, count: whole.count)), ("nan", bent),
        ] {
            try data.write(to: URL(fileURLWithPath: bench.path(name)))
            let file = try #require(VoiceEncoderFile(path: bench.path(name)))
            let error = #expect(throws: EngineError.self) { try file.embed(Self.hum, windows: [0]) { false } }
            #expect(error?.code == .unusable && error?.description.contains("damaged") == true)
        }
        #expect(VoiceEncoderFile(path: bench.path("nothing")) == nil)
    }
}

@Suite("Prints")
struct VoicePrintsTests {
    @Test("bytes keep the direction")
    func bytes() throws {
        let vector = (0..<256).map { Float(($0 * 37) % 101) / 100 }.normalised
        let prints = VoicePrints([vector, vector.reversed()])
        let back = try JSONDecoder().decode(VoicePrints.self, from: JSONEncoder().encode(prints))
        #expect(back.count == 2 && back == prints)
        #expect(zip(back.vector(0), vector).reduce(0) { $0 + $1.0 * $1.1 } > 0.9999)
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(VoicePrints.self, from: JSONEncoder().encode(Data([1, 2, 3])))
        }
    }
}
