public import Transcripts

/// Names that somebody gives to the machine's labels.
public enum SpeakerNames {
    /// The machine's labels in a text, in order.
    public static func labels(of machine: Transcript) -> [String] {
        let turns = machine.speakerTurns.map(\.speaker)
        return Set(machine.segments.compactMap(\.speaker) + turns).sorted()
    }

    /// On one line, without what cannot be seen; `nil` when nothing is left, which gives the machine's label back.
    public static func plain(_ text: String) -> String? {
        let words = text.unicodeScalars.split { $0.value <= 0x20 || (0x7f...0x9f).contains($0.value) }
        let line = words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
        return line.isEmpty ? nil : line
    }
}

extension Review {
    /// Adds names to those that hold already; an empty one gives the machine's label back.
    /// - Returns: labels that are not in the text.
    public mutating func addNames(
        _ names: [String: String], to machine: Transcript, at wall: Double
    ) throws(ReviewRefusal) -> [String] {
        let labels = Set(SpeakerNames.labels(of: machine))
        var all = speakers
        for (label, name) in names where labels.contains(label) { all[label] = SpeakerNames.plain(name) }
        try setSpeakers(all, at: wall)
        return names.keys.filter { !labels.contains($0) }.sorted()
    }
}
