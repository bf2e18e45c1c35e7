import Testing
import Transcription

@testable import CloudRouting

@Suite("Compression plan")
struct CompressionPlanTests {
    private let input = EncodedInput(formats: [.opus, .flac], maximumBytes: 25_000_000)

    @Test("an hour in 20 MB is 44 to 48 kbit/s of one channel", arguments: [20_000_000, 20 << 20])
    func hour(bytes: Int) throws {
        let settings = try CompressionPlan.settings(forTarget: Int64(bytes), duration: 3_600)
        #expect((43_500...48_000).contains(settings.bitrate))
        #expect(settings.channels == 1 && settings.sampleRate == 16_000)
        #expect(CompressionPlan.estimatedBytes(settings, duration: 3_600) <= Int64(bytes))
    }

    @Test("whatever fits is never estimated above its target", arguments: AudioFormat.allCases)
    func neverAbove(format: AudioFormat) throws {
        for duration in [0.5, 10, 180, 3_600, 36_000] {
            for target in [10_000, 1_000_000, 25_000_000, 2_000_000_000] as [Int64] {
                guard
                    let settings = try? CompressionPlan.settings(forTarget: target, duration: duration, format: format)
                else { continue }
                #expect(CompressionPlan.estimatedBytes(settings, duration: duration) <= target)
            }
        }
    }

    @Test("the bitrate is the best that fits: a little more would not")
    func best() throws {
        let settings = try CompressionPlan.settings(forTarget: 5_000_000, duration: 3_600)
        var more = settings
        more.bitrate += 200
        #expect(CompressionPlan.estimatedBytes(more, duration: 3_600) > 5_000_000)
    }

    @Test("MP3 takes only bitrates that the format has")
    func mp3() throws {
        let settings = try CompressionPlan.settings(forTarget: 20_000_000, duration: 3_600, format: .mp3)
        #expect(settings.bitrate == 40_000)
    }

    @Test("what cannot fit is refused with what it would need, before any work")
    func refusal() {
        let error = #expect(throws: CompressionRefusal.self) {
            try CompressionPlan.settings(forTarget: 2_000_000, duration: 3_600)
        }
        #expect(
            error?.description
                == "60 min of audio cannot be made to fit into 2.0 MB: even the lowest opus setting needs 3.9 MB. Send it in parts."
        )
    }

    @Test("the size of the source decides the bitrate", arguments: [(50_000_000, 96_000), (100_000_001, 64_000)])
    func sourceSize(bytes: Int, bitrate: Int) throws {
        let settings = try CompressionPlan.settings(
            source: Int64(bytes), duration: 180, input: input, wishes: CompressionWishes())
        #expect(settings.bitrate == bitrate)
    }

    @Test("above 100 MB it is 64k or what fits")
    func whatFits() throws {
        let settings = try CompressionPlan.settings(
            source: 1_500_000_000, duration: 7_200, input: input, wishes: CompressionWishes())
        #expect((20_000..<28_000).contains(settings.bitrate))
    }

    @Test("a provider without Opus gets the next format it takes")
    func otherFormat() throws {
        let mp3 = EncodedInput(formats: [.mp3], maximumBytes: 25_000_000)
        let settings = try CompressionPlan.settings(source: 0, duration: 60, input: mp3, wishes: CompressionWishes())
        #expect(settings.format == .mp3 && settings.bitrate == 96_000)
    }

    @Test("only a small file in a container the provider reads goes untouched")
    func untouched() {
        func isUntouched(_ bytes: Int64, _ container: String, tracks: Int = 1) -> Bool {
            CompressionPlan.untouched(
                bytes: bytes,
                description: MediaDescription(
                    container: container, codec: "opus", sampleRate: 48_000, channels: 1, audioTracks: tracks,
                    duration: 10), accepted: ["ogg", "mp4"], input: input, wishes: CompressionWishes()) != nil
        }
        #expect(isUntouched(20_000_000, "ogg"))
        #expect(isUntouched(20_000_000, "mov,mp4,m4a,3gp"))
        #expect(!isUntouched(30_000_000, "ogg"))
        #expect(!isUntouched(26_000_000, "ogg"))
        #expect(!isUntouched(1_000, "caf"))
        #expect(!isUntouched(1_000, "ogg", tracks: 2))
        #expect(!isUntouched(0, "ogg"))
    }
}

@Suite("Prompt trimming")
struct PromptTrimmingTests {
    @Test("the end of a long prompt stays, by whole words, within tokens and characters")
    func trimming() {
        let prompt = (0..<500).map { "word\($0)" }.joined(separator: " ")
        let trimmed = PromptTrimming.trimmed(prompt, tokens: 224)
        #expect(trimmed.hasSuffix("word498 word499") && trimmed.hasPrefix("word"))
        #expect(trimmed.count <= 896)
        #expect(trimmed.split(separator: " ").reduce(0) { $0 + PromptTrimming.tokens($1) } <= 224)
    }

    @Test("a short prompt stays as it is")
    func short() {
        #expect(PromptTrimming.trimmed("Ada Lovelace, Stentor", tokens: 224) == "Ada Lovelace, Stentor")
    }

    @Test("scripts with more bytes a letter count more tokens")
    func scripts() {
        let thai = String(repeating: "ก", count: 300)
        #expect(PromptTrimming.trimmed("ok \(thai)", tokens: 224).isEmpty)
    }
}
