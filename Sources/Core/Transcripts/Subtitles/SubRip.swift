/// SubRip (`.srt`): numbered cues, times with a comma. The format has no specification; this follows what players read.
public enum SubRip {
    /// The cues as a file, numbered from 1. Cues in which nothing can be seen are left out.
    public static func render(_ cues: [Cue]) -> String {
        var output = ""
        var number = 0
        for cue in cues {
            // The format knows no escapes: an arrow inside the text would be read as times.
            let lines = cue.visibleLines.map { $0.withoutArrows }
            guard !lines.isEmpty else { continue }
            number += 1
            output += "\(number)\n\(Timecode.subRip(cue.start)) --> \(Timecode.subRip(cue.end))\n"
            for line in lines { output += line + "\n" }
            output += "\n"
        }
        return output
    }

    /// Reads a file: with or without numbers, blank lines between cues, byte order mark, in any line ending.
    ///
    /// Formatting tags (`<i>`, `<font …>`, `{\an8}`) are dropped; every other character of the text stays. Times may
    /// overlap and go back, as the file has it. Never traps, whatever the bytes.
    public static func parse(
        _ bytes: [UInt8], limits: SubtitleLimits = SubtitleLimits()
    ) throws(SubtitleError) -> [Cue] {
        var cues: [Cue] = []
        for block in try CueBlock.blocks(
            of: SubtitleLines(bytes, limits: limits).lines, from: 0, style: .subRip, limit: limits.cues)
        {
            let lines = block.lines.map { withoutTags($0.singleLine) }.filter { !$0.isEmpty }
            cues.append(
                Cue(start: block.times.start, end: block.times.end, lines: lines, identifier: block.identifier))
        }
        return cues
    }

    /// The line without `<i>`, `<b>`, `<u>`, `<s>`, `<font …>`, their ends, and `{\…}`; anything else in angle
    /// brackets is text.
    private static func withoutTags(_ line: String) -> String {
        guard line.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "{") }) else { return line }
        var rest = line.unicodeScalars[...]
        var plain = String.UnicodeScalarView()
        while let scalar = rest.first {
            let content = rest.dropFirst()
            // A second opening bracket ends the search, else a line of them would cost its length squared.
            if scalar == "<" || scalar == "{",
                let end = content.firstIndex(where: { $0 == scalar || $0 == (scalar == "<" ? ">" : "}") }),
                content[end] != scalar, isTag(content[..<end], opening: scalar)
            {
                rest = content[content.index(after: end)...]
            } else {
                plain.append(scalar)
                rest = content
            }
        }
        return String(plain)
    }

    private static func isTag(_ tag: Substring.UnicodeScalarView, opening: Unicode.Scalar) -> Bool {
        if opening == "{" { return tag.first == "\\" }
        let name = Substring(tag.first == "/" ? tag.dropFirst() : tag).prefix(5).lowercased()
        return ["i", "b", "u", "s", "font"].contains(name) || name == "font "
    }
}

extension String {
    /// `-->` made `->`, as Whisper's own writers do, however many dashes stand before it.
    ///
    /// Scalars, not characters, are looked at: readers of the format compare bytes.
    fileprivate var withoutArrows: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == ">" {
                while result.suffix(2).elementsEqual("--".unicodeScalars) { result.removeLast() }
            }
            result.append(scalar)
        }
        return String(result)
    }
}
