/// The lines of one cue as a file holds them, before its markup is read.
struct CueBlock {
    enum Style { case subRip, webVTT }

    var times: CueTimes
    var identifier: String?
    var lines: [String] = []

    /// Finds the cues from line `first` on: a cue begins at its line of times, with or without a blank line ahead.
    ///
    /// SubRip texts may hold blank lines; WebVTT texts end at the first one, and what follows there is a comment, a
    /// style, a region, or an error.
    static func blocks(
        of lines: [String], from first: Int, style: Style, limit: Int
    ) throws(SubtitleError) -> [CueBlock] {
        var reader = Reader(lines: lines, first: first, style: style, limit: limit)
        try reader.run()
        return reader.blocks
    }

    private struct Reader {
        let lines: [String]
        let first: Int
        let style: Style
        let limit: Int
        var blocks: [CueBlock] = []
        /// A line that may name the cue whose times come next, with its index; else it is text or an error.
        var heading: (line: String, index: Int)?
        var isInComment = false
        var afterBlank = true

        init(lines: [String], first: Int, style: Style, limit: Int) {
            self.lines = lines
            self.first = first
            self.style = style
            self.limit = limit
        }

        mutating func run() throws(SubtitleError) {
            for index in first..<max(first, lines.count) {
                let line = lines[index]
                if let times = try CueTimes(line, number: index + 1) {
                    try begin(times, at: index)
                } else if line.isBlankLine {
                    try settleHeading()
                    isInComment = false
                    afterBlank = true
                } else {
                    try take(line, at: index)
                    afterBlank = false
                }
            }
            try settleHeading()
        }

        private mutating func begin(_ times: CueTimes, at index: Int) throws(SubtitleError) {
            guard blocks.count < limit else { throw SubtitleError(.tooManyCues(limit: limit), line: index + 1) }
            blocks.append(CueBlock(times: times, identifier: heading?.line.singleLine))
            heading = nil
            isInComment = false
            afterBlank = false
        }

        private mutating func take(_ line: String, at index: Int) throws(SubtitleError) {
            if isInComment { return }
            if style == .webVTT, afterBlank, Self.beginsComment(line) {
                isInComment = true
                return
            }
            try settleHeading()
            if line.isCueNumber || (style == .webVTT && afterBlank) {
                heading = (line, index)
            } else {
                try addText(line, at: index)
            }
        }

        /// The line ahead did not name a cue after all: it is text of the cue before.
        private mutating func settleHeading() throws(SubtitleError) {
            guard let (line, index) = heading else { return }
            heading = nil
            if style == .webVTT, index == first || lines[index - 1].isBlankLine {
                throw SubtitleError(.textOutsideCue, line: index + 1)
            }
            try addText(line, at: index)
        }

        private mutating func addText(_ line: String, at index: Int) throws(SubtitleError) {
            guard !blocks.isEmpty else { throw SubtitleError(.textOutsideCue, line: index + 1) }
            blocks[blocks.count - 1].lines.append(line)
        }

        /// WebVTT section 4.1: comment, style and region blocks.
        private static func beginsComment(_ line: String) -> Bool {
            ["NOTE", "STYLE", "REGION"].contains { word in
                line.hasPrefix(word) && (line.dropFirst(word.count).first.map { $0 == " " || $0 == "\t" } ?? true)
            }
        }
    }
}
