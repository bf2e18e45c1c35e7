import Testing
import Transcripts

@Suite("JSON")
struct JSONTests {
    private let transcript = Transcript(
        duration: 2.5, language: nil, engine: "sherpa", model: "parakeet",
        segments: [
            Segment(
                span: TimeSpan(start: 0.1, end: 1.0006), text: "Say \"hi\"\\\n\u{1}",
                words: [Word(span: TimeSpan(start: 0.1, end: 0.5), text: "Say", confidence: 0.5)],
                speaker: "SPEAKER_00",
                flags: [.impossibleRate])
        ],
        timeline: [
            Stretch(span: TimeSpan(start: 0, end: 1), kind: .speech),
            Stretch(span: TimeSpan(start: 1, end: 2.5), kind: .skipped, reason: "why"),
        ], warnings: ["w"])

    @Test("keys come in their order and seconds have at most three decimals")
    func exact() {
        let expected = #"""
            {
              "schema_version": 1,
              "text": "Say \"hi\"\\\n\u0001",
              "language": null,
              "duration": 2.5,
              "engine": "sherpa",
              "model": "parakeet",
              "warnings": [
                "w"
              ],
              "segments": [
                {
                  "id": 0,
                  "start": 0.1,
                  "end": 1.001,
                  "text": "Say \"hi\"\\\n\u0001",
                  "speaker": "SPEAKER_00",
                  "confidence": 0.5,
                  "flags": [
                    "impossible_rate"
                  ]
                }
              ],
              "timeline": [
                {
                  "start": 0,
                  "end": 1,
                  "kind": "speech",
                  "reason": null
                },
                {
                  "start": 1,
                  "end": 2.5,
                  "kind": "skipped",
                  "reason": "why"
                }
              ]
            }
            """#
        #expect(TranscriptJSON.encode(transcript) == expected)
    }

    @Test("words are written when asked for")
    func words() {
        let json = transcript.rendered(as: .json, options: RenderingOptions(includesWords: true))
        #expect(json.contains(#""estimated": false"#))
        #expect(!TranscriptJSON.encode(transcript).contains("words"))
    }

    @Test("random transcripts come back whole", arguments: 0..<60)
    func roundTrip(seed: UInt64) throws {
        var random = RandomTranscript(seed: seed)
        let transcript = random.transcript()
        let json = TranscriptJSON.encode(transcript, includesWords: true)
        let back = try TranscriptJSON.decode(Array(json.utf8))
        #expect(back == transcript)
        #expect(TranscriptJSON.encode(back, includesWords: true) == json)
    }

    @Test("confidences that are none and times that are none do not reach the JSON")
    func notNumbers() throws {
        let words = [Word(span: TimeSpan(start: .nan, end: .infinity), text: "x", confidence: .nan)]
        let odd = Transcript(
            duration: .infinity, engine: "e", model: "m",
            segments: [Segment(span: TimeSpan(start: -1, end: .nan), text: "x", words: words)])
        let back = try TranscriptJSON.decode(Array(TranscriptJSON.encode(odd, includesWords: true).utf8))
        #expect(back.segments.first?.confidence == nil)
    }

    @Test("what is no transcript is refused with the place of the fault")
    func refused() throws {
        func code(_ text: String) -> TranscriptJSONError.Code? {
            do {
                _ = try TranscriptJSON.decode(Array(text.utf8))
                return nil
            } catch {
                return error.code
            }
        }
        let good = TranscriptJSON.encode(transcript)
        #expect(code(good) == nil)
        #expect(code("") == .notATranscript(path: "the text"))
        #expect(code("[]") == .notATranscript(path: "the text"))
        #expect(code("{}") == .notATranscript(path: "schema_version"))
        #expect(code(#"{"schema_version": 2}"#) == .unknownVersion(2))
        #expect(
            code(good.replacing("\"engine\": \"sherpa\"", with: "\"engine\": 1")) == .notATranscript(path: "engine"))
        #expect(
            code(good.replacing("impossible_rate", with: "other")) == .notATranscript(path: "segments[0].flags[0]"))
        #expect(code(good.replacing("\"end\": 1.001", with: "\"end\": 0.01")) == .badTime(path: "segments[0]"))
        #expect(code(good.replacing("\"duration\": 2.5", with: "\"duration\": -1")) == .badTime(path: "duration"))
    }

    @Test("a text past the limit is not even looked at")
    func limit() {
        #expect(throws: TranscriptJSONError(code: .tooLarge(limit: 10))) {
            try TranscriptJSON.decode([UInt8](repeating: 0x7B, count: 11), limit: 10)
        }
    }
}
