/// Tab-separated values as Whisper's own command line writes them: a heading, whole milliseconds, no quoting.
enum TabSeparated {
    static func render(_ transcript: Transcript) -> String {
        var output = "start\tend\ttext\n"
        for segment in transcript.segments {
            let start = Timecode.milliseconds(segment.span.start)
            let end = Timecode.milliseconds(segment.span.end)
            output += "\(start)\t\(end)\t\(segment.text.singleLine)\n"
        }
        return output
    }
}
