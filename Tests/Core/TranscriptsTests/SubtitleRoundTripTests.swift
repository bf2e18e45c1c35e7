import Testing
import Transcripts

@Suite("Subtitles there and back")
struct SubtitleRoundTripTests {
    /// What a file keeps of cues: times, lines, and in WebVTT the speaker.
    private func kept(_ cues: [Cue], speakers: Bool) -> [Cue] {
        cues.map { Cue(start: $0.start, end: $0.end, lines: $0.lines, speaker: speakers ? $0.speaker : nil) }
    }

    @Test("random transcripts survive WebVTT", arguments: 0..<80)
    func webVTT(seed: UInt64) throws {
        var random = RandomTranscript(seed: seed)
        let cues = random.transcript().cues(shape: SubtitleShape(), speakerLabels: false)
        let back = try WebVTT.parse(Array(WebVTT.render(cues).utf8))
        #expect(kept(back, speakers: true) == kept(cues, speakers: true))
        #expect(scalars(back) == scalars(cues))
    }

    @Test("random transcripts survive SubRip, arrows made harmless", arguments: 0..<80)
    func subRip(seed: UInt64) throws {
        var random = RandomTranscript(seed: seed)
        let cues = random.transcript().cues(shape: SubtitleShape(), speakerLabels: true)
        let file = SubRip.render(cues)
        let back = try SubRip.parse(Array(file.utf8))
        #expect(back.map(\.start) == cues.map(\.start))
        #expect(back.map(\.end) == cues.map(\.end))
        #expect(scalars(back) == scalars(cues).map { $0.replacing("--->", with: "->").replacing("-->", with: "->") })
        // What was read is written the same again.
        #expect(SubRip.render(back) == file)
    }

    @Test("either format becomes a transcript whose time line has no hole", arguments: 0..<40)
    func intoTranscript(seed: UInt64) throws {
        var random = RandomTranscript(seed: seed)
        let transcript = random.transcript()
        let file = transcript.rendered(as: .vtt)
        let back = Transcript(cues: try WebVTT.parse(Array(file.utf8)), engine: "file", model: "vtt")
        #expect(back.timelineFault == nil)
        // Cues may hold less than a segment, so the segments differ; without shaping they are the cues.
        #expect(back.rendered(as: .vtt, options: RenderingOptions(subtitleShape: nil)).contains("WEBVTT"))
        let again = Transcript(
            cues: try WebVTT.parse(Array(file.utf8)), duration: 400_000, engine: "file", model: "vtt")
        #expect(again.duration == 400_000)
        #expect(again.timelineFault == nil)
    }

    @Test("cues that overlap or come in the wrong order give a time line in order")
    func disorder() throws {
        let cues = [(5_000, 6_000), (1_000, 4_000), (2_000, 3_000), (3_000, 5_000), (5_000, 5_000)].map {
            Cue(start: $0.0, end: $0.1, lines: ["x"])
        }
        let transcript = Transcript(cues: cues, engine: "file", model: "srt")
        #expect(transcript.timelineFault == nil)
        #expect(transcript.timeline.map(\.kind) == [.silence, .speech])
        #expect(transcript.segments.map(\.span.start) == [1, 2, 3, 5, 5])
    }

    @Test("broken files end in an error or in cues, never otherwise", arguments: 0..<40)
    func mutations(seed: UInt64) {
        var random = RandomTranscript(seed: seed)
        let transcript = random.transcript(maxSegments: 6)
        var generator = SeededGenerator(seed: seed)
        for format in [OutputFormat.srt, .vtt] {
            let original = Array(transcript.rendered(as: format).utf8)
            for _ in 0..<40 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...6, using: &generator) { mutate(&bytes, with: &generator) }
                let cues = parseEither(bytes, as: format)
                for cue in cues { #expect(cue.start <= cue.end && cue.start >= 0) }
            }
        }
    }

    private func parseEither(_ bytes: [UInt8], as format: OutputFormat) -> [Cue] {
        do throws(SubtitleError) {
            return format == .srt ? try SubRip.parse(bytes) : try WebVTT.parse(bytes)
        } catch {
            #expect(error.line >= 1)
            return []
        }
    }

    private func mutate(_ bytes: inout [UInt8], with generator: inout SeededGenerator) {
        let tokens = [
            "-->", "\n", "\r", "\n\n", "00:00:01,000 --> ", "<v ", "&#", ";", "NOTE", "9999999", "\u{FEFF}", "{\\", ":",
        ]
        guard let place = bytes.indices.randomElement(using: &generator) else { return }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.insert(contentsOf: (tokens.randomElement(using: &generator) ?? "").utf8, at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
        }
    }

    /// Lines compared scalar by scalar: two strings that only look equal are not.
    private func scalars(_ cues: [Cue]) -> [String] {
        cues.map { cue in cue.lines.map { $0.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ") }
        }
        .map { $0.joined(separator: "|") }.map(decoded)
    }

    private func decoded(_ hexadecimal: String) -> String {
        hexadecimal.replacing("2d 2d 2d 3e", with: "--->").replacing("2d 2d 3e", with: "-->").replacing(
            "2d 3e", with: "->")
    }
}
