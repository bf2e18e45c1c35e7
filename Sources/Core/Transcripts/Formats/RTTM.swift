/// Rich Transcription Time Marked (NIST RT-09 evaluation plan, appendix A): one line for each turn; where turns
/// are not known, for each segment of a known speaker.
///
/// Segments are not joined to turns, since tools would count the silence between them as speech. Those without a
/// speaker are left out: the format has nothing to say about them.
enum RTTM {
    static func render(_ transcript: Transcript, recording: String) -> String {
        var output = ""
        for turn in transcript.speakerTurns {
            line(&output, turn.span, turn.speaker, recording)
        }
        guard transcript.speakerTurns.isEmpty else { return output }
        for segment in transcript.segments {
            guard let speaker = segment.speakerLabel else { continue }
            line(&output, segment.span, speaker, recording)
        }
        return output
    }

    private static func line(_ output: inout String, _ span: TimeSpan, _ speaker: String, _ recording: String) {
        let start = Timecode.milliseconds(span.start)
        let length = Timecode.milliseconds(span.end) - start
        guard length > 0 else { return }
        output += "SPEAKER \(field(recording)) 1 \(fixed(start)) \(fixed(length)) <NA> <NA> \(field(speaker)) "
        output += "<NA> <NA>\n"
    }

    /// Fields are parted by white space, so a name must have none; an empty name is written as unknown.
    private static func field(_ name: String) -> String {
        let word = name.singleLine.unicodeScalars.map { $0.properties.isWhitespace ? "_" : String($0) }.joined()
        return word.isEmpty ? "<NA>" : word
    }

    private static func fixed(_ milliseconds: Int) -> String {
        "\(milliseconds / 1_000).\(Timecode.padded(milliseconds % 1_000, 3))"
    }
}
