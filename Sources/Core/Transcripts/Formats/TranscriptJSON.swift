/// Stentor's own JSON form of a transcript; `Schemas/transcript.schema.json` describes it.
public enum TranscriptJSON {
    /// The version of the form: it changes when a reader of the old one would go wrong.
    public static let schemaVersion = 1

    /// The transcript with snake_case keys in a fixed order and seconds to the millisecond.
    ///
    /// - Parameter includesWords: write each segment's words; without them a reader gets no confidences back.
    public static func encode(_ transcript: Transcript, includesWords: Bool = false) -> String {
        var json = JSONText()
        json.object { json in
            json.key("schema_version")
            json.literal(String(schemaVersion))
            json.key("text")
            json.string(transcript.text)
            json.key("language")
            json.stringOrNull(transcript.language)
            json.key("duration")
            json.literal(seconds(transcript.duration))
            json.key("engine")
            json.string(transcript.engine)
            json.key("model")
            json.string(transcript.model)
            json.key("warnings")
            json.array(of: transcript.warnings) { json, warning in json.string(warning) }
            json.key("segments")
            json.array(of: transcript.segments.enumerated()) { json, item in
                segment(item.element, id: item.offset, includesWords: includesWords, into: &json)
            }
            json.key("timeline")
            json.array(of: transcript.timeline) { json, stretch in self.stretch(stretch, into: &json) }
            if !transcript.parts.isEmpty {
                json.key("parts")
                json.array(of: transcript.parts) { json, part in self.part(part, into: &json) }
            }
            if !transcript.speakerTurns.isEmpty {
                json.key("turns")
                json.array(of: transcript.speakerTurns) { json, turn in self.turn(turn, into: &json) }
            }
        }
        return json.text
    }

    private static func segment(_ segment: Segment, id: Int, includesWords: Bool, into json: inout JSONText) {
        json.object { json in
            json.key("id")
            json.literal(String(id))
            span(segment.span, into: &json)
            json.key("text")
            json.string(segment.text)
            json.key("speaker")
            json.stringOrNull(segment.speaker)
            json.key("confidence")
            json.literal(confidence(segment.confidence))
            json.key("flags")
            json.array(of: segment.flags) { json, flag in json.string(flag.rawValue) }
            guard includesWords else { return }
            json.key("words")
            json.array(of: segment.words) { json, word in self.word(word, into: &json) }
        }
    }

    private static func word(_ word: Word, into json: inout JSONText) {
        json.object { json in
            span(word.span, into: &json)
            json.key("text")
            json.string(word.text)
            json.key("confidence")
            json.literal(confidence(word.confidence))
            json.key("speaker")
            json.stringOrNull(word.speaker)
            json.key("estimated")
            json.literal(word.isEstimated ? "true" : "false")
        }
    }

    private static func stretch(_ stretch: Stretch, into json: inout JSONText) {
        json.object { json in
            span(stretch.span, into: &json)
            json.key("kind")
            json.string(stretch.kind.rawValue)
            json.key("reason")
            json.stringOrNull(stretch.reason)
        }
    }

    private static func turn(_ turn: SpokenTurn, into json: inout JSONText) {
        json.object { json in
            span(turn.span, into: &json)
            json.key("speaker")
            json.string(turn.speaker)
            json.key("confidence")
            json.literal(confidence(turn.confidence))
            json.key("overlap")
            json.literal(turn.isOverlapped ? "true" : "false")
        }
    }

    private static func part(_ part: TranscriptPart, into json: inout JSONText) {
        json.object { json in
            span(part.span, into: &json)
            json.key("engine")
            json.string(part.engine)
            json.key("model")
            json.string(part.model)
            json.key("billed_seconds")
            json.literal(seconds(part.billedSeconds))
            json.key("cost_usd")
            json.literal(dollars(part.cost))
        }
    }

    /// To the millionth: ten seconds of speech cost less than a tenth of a cent.
    private static func dollars(_ value: Double) -> String {
        let millionths = Int((min(max(value, 0), 1e9) * 1e6).rounded())
        let fraction = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    private static func span(_ span: TimeSpan, into json: inout JSONText) {
        json.key("start")
        json.literal(seconds(span.start))
        json.key("end")
        json.literal(seconds(span.end))
    }

    private static func seconds(_ value: Double) -> String {
        Timecode.decimalSeconds(Timecode.milliseconds(value))
    }

    /// A number from 0 to 1 with at most three decimals; engines that give anything else give no confidence.
    private static func confidence(_ value: Double?) -> String {
        guard let value, value >= 0, value <= 1 else { return "null" }
        return seconds(value)
    }
}
