import Foundation
import Testing
import Transcription
import Workbench

@testable import Media

@Suite("Encoding")
struct AudioPackerTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    /// Encodes samples to a file through a pipe, which cannot seek.
    private func encode(_ samples: [Int16], _ settings: EncodingSettings) throws -> (path: String, bytes: Int) {
        let name = "\(UUID().uuidString).\(settings.format.fileExtension)"
        let pipe = Pipe()
        let path = bench.path(name)
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try #require(FileHandle(forWritingAtPath: path))
        let done = DispatchSemaphore(value: 0)
        Foundation.Thread.detachNewThread {
            while let data = try? pipe.fileHandleForReading.read(upToCount: 65_536), !data.isEmpty { file.write(data) }
            done.signal()
        }
        let packer = try AudioPacker(into: pipe.fileHandleForWriting.fileDescriptor, settings)
        // In pieces that fit no frame.
        for start in stride(from: 0, to: samples.count, by: 1_237) {
            try packer.write(samples[start..<min(start + 1_237, samples.count)])
        }
        try packer.finish()
        #expect(packer.samples == samples.count)
        try pipe.fileHandleForWriting.close()
        done.wait()
        return (path, try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
    }

    @Test("each format comes back as long as it went, from a pipe", arguments: AudioFormat.allCases, [16_000, 8_000])
    func lengths(format: AudioFormat, rate: Int) throws {
        let samples = try bench.samples(of: Workbench.sample.path)
        let (path, _) = try encode(samples, EncodingSettings(format: format, bitrate: 32_000, sampleRate: rate))
        let back = try bench.samples(of: path)
        // An MP3 says nothing of its encoder's delay and padding without a header that is filled in at the end.
        let tolerance = format == .mp3 ? 0.2 : 0.07
        #expect(abs(Double(back.count - samples.count)) / 16_000 < tolerance)
    }

    @Test("FLAC gives back every sample")
    func lossless() throws {
        let samples = try bench.samples(of: Workbench.sample.path)
        let (path, bytes) = try encode(samples, EncodingSettings(format: .flac, bitrate: 0))
        #expect(try bench.samples(of: path) == samples)
        #expect(bytes < samples.count * 2)
    }

    @Test(
        "Opus and MP3 keep to their bitrate", arguments: [(AudioFormat.opus, 24_000), (.opus, 64_000), (.mp3, 32_000)])
    func bitrates(format: AudioFormat, bitrate: Int) throws {
        let sample = try bench.samples(of: Workbench.sample.path)
        let samples = (0..<6).flatMap { _ in sample }
        let (_, bytes) = try encode(samples, EncodingSettings(format: format, bitrate: bitrate))
        let limit = (Double(bitrate) * 1.009 + 400) / 8 * Double(samples.count) / 16_000 + 2_048
        #expect(Double(bytes) <= limit)
    }

    @Test("nothing at all and a single sample are files too", arguments: [0, 1])
    func tiny(count: Int) throws {
        let (_, bytes) = try encode(
            Array(repeating: 100, count: count), EncodingSettings(format: .opus, bitrate: 32_000))
        #expect(bytes > 0)
    }

    @Test("a reader that goes is an error, not a death")
    func readerGone() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let packer = try AudioPacker(
            into: pipe.fileHandleForWriting.fileDescriptor, EncodingSettings(format: .flac, bitrate: 0))
        try pipe.fileHandleForReading.close()
        let noise = (0..<200_000).map { _ in Int16.random(in: -9_000...9_000) }
        let error = #expect(throws: Transcription.DecodingError.self) {
            try packer.write(noise[...])
            try packer.finish()
        }
        #expect(error?.code == .cancelled)
    }
}
