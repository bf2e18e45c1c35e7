import Foundation
import Synchronization
import Testing
import Transcription
import Workbench

@testable import Media

@Suite("Media input")
struct MediaInputTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test("a file that arrives piece by piece is decoded like the whole one, even with its index at the end")
    func growing() throws {
        let path = try bench.ffmpeg(
            ["-f", "lavfi", "-i", "sine=440:duration=10", "-c:a", "aac"], "tone.mp4")
        let media = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let size = Int64(try media.seekToEnd())
        var asked: [Int64] = []
        let input = try MediaInput(
            descriptor: media.fileDescriptor, extent: MediaExtent(available: 100, isComplete: false)
        ) { end throws(DecodingError) in
            asked.append(end)
            return MediaExtent(available: min(size, end + 1000), isComplete: end + 1000 >= size)
        }
        let output = bench.path("out.pcm")
        try Data().write(to: URL(fileURLWithPath: output))
        let pcm = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        let result = try MediaDecoder(input, DecodingOptions()).decode(into: pcm.fileDescriptor) { _ in }
        #expect(abs(PCMFormat.seconds(result.samples) - 10) < 0.1)
        #expect(asked.count > 2)
    }

    @Test("a source that fails ends decoding with its own reason")
    func failing() throws {
        let path = try bench.ffmpeg(["-f", "lavfi", "-i", "sine=440:duration=10"], "tone.wav")
        let media = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let failure = DecodingError(.sourceFailed, "the upload was cut")
        let input = try MediaInput(
            descriptor: media.fileDescriptor, extent: MediaExtent(available: 50_000, isComplete: false)
        ) { _ throws(DecodingError) in throw failure }
        let sink = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/null"))
        #expect(throws: failure) {
            try MediaDecoder(input, DecodingOptions()).decode(into: sink.fileDescriptor) { _ in }
        }
    }
}
