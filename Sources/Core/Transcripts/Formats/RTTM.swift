/// Rich Transcription Time Marked (NIST RT-09 evaluation plan, appendix A): one line for each turn of a known speaker.
///
/// Segments without a speaker are left out: the format has nothing to say about them.
enum RTTM {
    static func render(_ transcript: Transcript, recording: String) -> String {
        var output = ""
        for turn in transcript.turns {
            guard let speaker = turn.speaker else { continue }
            let start = Timecode.milliseconds(turn.span.start)
            let length = max(0, Timecode.milliseconds(turn.span.end) - start)
            output += "SPEAKER \(field(recording)) 1 \(fixed(start)) \(fixed(length)) <NA> <NA> \(field(speaker)) "
            output += "<NA> <NA>\n"
        }
        return output
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
