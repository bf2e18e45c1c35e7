/// Rich Transcription Time Marked (NIST RT-09 evaluation plan, appendix A): one line for each segment of a known speaker.
///
/// Segments are not joined to turns, since tools would count the silence between them as speech. Those without a
/// speaker are left out: the format has nothing to say about them.
enum RTTM {
    static func render(_ transcript: Transcript, recording: String) -> String {
        var output = ""
        for segment in transcript.segments {
            guard let speaker = segment.speakerLabel else { continue }
            let start = Timecode.milliseconds(segment.span.start)
            let length = Timecode.milliseconds(segment.span.end) - start
            guard length > 0 else { continue }
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
