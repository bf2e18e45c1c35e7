/// WebVTT (`.vtt`), as the W3C's candidate recommendation describes it.
public enum WebVTT {
    /// The cues as a file. Cues in which nothing can be seen are left out.
    public static func render(_ cues: [Cue]) -> String {
        var output = "WEBVTT\n\n"
        for cue in cues {
            let lines = cue.visibleLines.map(WebVTTText.escaped)
            guard !lines.isEmpty else { continue }
            output += "\(Timecode.webVTT(cue.start)) --> \(Timecode.webVTT(cue.end))"
            // An arrow in the settings would be read as times.
            if let settings = cue.settings?.singleLine, !settings.isEmpty, !settings.containsArrow {
                output += " \(settings)"
            }
            output += "\n"
            let voice = cue.speaker?.singleLine ?? ""
            if !voice.isEmpty { output += "<v \(WebVTTText.escaped(voice))>" }
            output += lines.joined(separator: "\n") + "\n\n"
        }
        return output
    }

    /// Reads a file. Tags are dropped except the first voice, which becomes the speaker; character references are
    /// decoded; comments, styles and regions are skipped. Never traps, whatever the bytes.
    public static func parse(
        _ bytes: [UInt8], limits: SubtitleLimits = SubtitleLimits()
    ) throws(SubtitleError) -> [Cue] {
        let lines = try SubtitleLines(bytes, limits: limits).lines
        guard let signature = lines.first, isSignature(signature) else {
            throw SubtitleError(.missingSignature, line: 1)
        }
        // The heading lasts until a blank line or, in files that forget it, the first times.
        var first = 1
        while first < lines.count, !lines[first].isBlankLine, try CueTimes(lines[first], number: first + 1) == nil {
            first += 1
        }
        var cues: [Cue] = []
        for block in try CueBlock.blocks(of: lines, from: first, style: .webVTT, limit: limits.cues) {
            let text = WebVTTText(block.lines.joined(separator: "\n"))
            let settings = block.times.rest
            cues.append(
                Cue(
                    start: block.times.start, end: block.times.end,
                    lines: text.lines,
                    speaker: text.voice, identifier: block.identifier, settings: settings.isEmpty ? nil : settings))
        }
        return cues
    }

    private static func isSignature(_ line: String) -> Bool {
        guard line.hasPrefix("WEBVTT") else { return false }
        return line.utf8.dropFirst(6).first.map { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } ?? true
    }
}
