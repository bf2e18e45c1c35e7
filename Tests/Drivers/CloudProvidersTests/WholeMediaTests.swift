import CloudRouting
import FakeProviders
import Foundation
import MediaStores
import Testing
import Transcription
import Transcripts
import Workbench

@testable import CloudProviders

@Suite("Whole media", .serialized)
struct WholeMediaTests {
    private static let starts = (0..<40).map { Double($0) * 0.7 + 0.3 }

    /// Thirty seconds of words in some container.
    private func words(_ fixture: ProviderFixture, _ arguments: [String], _ name: String) throws -> String {
        let samples = ToneWords.samples(starts: Self.starts, seconds: 30)
        let raw = try fixture.bench.write(samples.withUnsafeBytes { Array($0) }, to: "words.raw")
        return try fixture.bench.ffmpeg(["-f", "s16le", "-ar", "16000", "-ac", "1", "-i", raw] + arguments, name)
    }

    private func file(_ path: String) throws -> MediaFile { try MediaFile(path: path.utf8CString.map { $0 }) }

    private func check(_ transcript: Transcript) {
        let words = transcript.segments.flatMap(\.words)
        #expect(words.map(\.text) == Self.starts.indices.map { "w\($0)" })
        #expect(zip(words, Self.starts).allSatisfy { abs($0.span.start - $1) < 0.1 })
        #expect(transcript.timelineFault == nil)
    }

    @Test("a small file that the service reads goes as it is, every byte of it", arguments: ["ogg", "mp3", "m4a"])
    func untouched(kind: String) async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            let path = try words(fixture, ["-b:a", "64k"], "words.\(kind)")
            check(try await fixture.transcribe(try file(path), fixture.job(.groq)))
            let request = try #require(fixture.providers.requests.first)
            #expect(request.bytes == (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int))
            #expect(request.fileName == (kind == "m4a" ? "audio.mp4" : "audio.\(kind)"))
            #expect(fixture.providers.counters(.groq).requests == 1)
        }
    }

    @Test("a file that wastes bits, or that the service cannot read, is encoded on its way")
    func encoded() async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            for (arguments, name) in [(["-ar", "48000", "-ac", "2"], "words.wav"), (["-c:a", "alac"], "words.caf")] {
                let path = try words(fixture, arguments, name)
                check(try await fixture.transcribe(try file(path), fixture.job(.groq)))
                let request = try #require(fixture.providers.requests.last)
                #expect(request.fileName == "audio.ogg" && request.bytes < 450_000)
            }
            #expect(fixture.providers.counters(.groq).requests == 2)
        }
    }

    @Test(
        "the provider has the first bytes while the medium still arrives",
        arguments: [["words.flac"], ["words.mkv"], ["-movflags", "faststart", "words.m4a"]])
    func whileItArrives(arguments: [String]) async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            let path = try words(
                fixture, ["-ar", "48000", "-ac", "2", "-b:a", "320k"] + arguments.dropLast(),
                arguments[arguments.count - 1])
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let pipe = Pipe()
            let media = try SpooledMedia(
                copying: pipe.fileHandleForReading.fileDescriptor, folder: fixture.bench.folder.path)
            let running = Task { try await fixture.transcribe(media, fixture.job(.groq)) }
            try pipe.fileHandleForWriting.write(contentsOf: bytes.prefix(bytes.count / 2))
            await fixture.providers.waitForBytes(10_000)
            #expect(!media.extent.isComplete)
            try pipe.fileHandleForWriting.write(contentsOf: bytes.suffix(from: bytes.count / 2))
            try pipe.fileHandleForWriting.close()
            check(try await running.value)
            #expect(fixture.providers.counters(.groq).requests == 1)
        }
    }

    @Test(
        "what goes wrong with the whole is done again in parts", arguments: [ProviderFault.status(500), .tooManyBytes])
    func parts(fault: ProviderFault) async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            fixture.providers.script(.groq, [fault])
            let path = try words(fixture, [], "words.ogg")
            check(try await fixture.transcribe(try file(path), fixture.job(.groq)))
            #expect(fixture.providers.counters(.groq).answered >= 1)
        }
    }

    @Test("a file that holds more audio than it says is measured and cut, not believed")
    func liar() async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            let path = try words(fixture, ["-b:a", "64k"], "words.mp3")
            let one = try Data(contentsOf: URL(fileURLWithPath: path))
            // Its head says thirty seconds.
            let many = try fixture.bench.write((0..<10).flatMap { _ in one }, to: "many.mp3")
            let transcript = try await fixture.transcribe(try file(many), fixture.job(.groq))
            #expect(transcript.duration > 290)
            #expect(transcript.segments.flatMap(\.words).count >= 395)
        }
    }

    @Test("a file without speech is silence from end to end")
    func silence() async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            let path = try fixture.bench.ffmpeg(
                ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "5"], "silence.ogg")
            let transcript = try await fixture.transcribe(try file(path), fixture.job(.groq))
            #expect(transcript.text.isEmpty)
            #expect(transcript.timeline.map(\.kind) == [.silence])
        }
    }

    @Test("a file that is no media says so, and nothing is sent")
    func noMedia() async throws {
        try await ProviderFixture.with { fixture in
            let path = try fixture.bench.write("not audio at all, only some text in a file", to: "text.mp3")
            await #expect(throws: DecodingError.self) {
                _ = try await fixture.transcribe(try file(path), fixture.job(.groq))
            }
            #expect(fixture.providers.counters(.groq).requests == 0)
        }
    }

    @Test("a clip of five thousandths of a second is an answer, not an error")
    func tinyClip() async throws {
        try await ProviderFixture.with { fixture in
            let path = try fixture.bench.ffmpeg(
                ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000", "-t", "0.005"], "tiny.wav")
            let transcript = try await fixture.transcribe(try file(path), fixture.job(.groq))
            #expect(transcript.text.isEmpty)
            #expect(fixture.providers.counters(.groq).requests == 0)
        }
    }
}
