/// A transcript as a minimal document of word processors (ECMA-376, "Office Open XML", part 1): a heading, then one
/// paragraph for each turn.
public enum WordDocument {
    public static let mediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    /// - Parameter showsTimes: begin each paragraph with its time.
    public static func render(_ transcript: Transcript, title: String, showsTimes: Bool) -> [UInt8] {
        var archive = StoredArchive()
        archive.add("[Content_Types].xml", Array(types.utf8))
        archive.add("_rels/.rels", Array(relations.utf8))
        archive.add("word/document.xml", Array(document(transcript, title, showsTimes).utf8))
        return archive.finished()
    }

    private static let head = #"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#
    private static let types =
        head + #"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#
        + #"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#
        + #"<Override PartName="/word/document.xml" ContentType="\#(mediaType).main+xml"/></Types>"#
    private static let relations =
        head + #"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#
        + #"<Relationship Id="r1" Target="word/document.xml" Type="#
        + #""http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"#

    private static func document(_ transcript: Transcript, _ title: String, _ showsTimes: Bool) -> String {
        var body = paragraph(run(title.singleLine, #"<w:b/><w:sz w:val="36"/>"#))
        for turn in transcript.turns {
            let pieces = turn.speaker == nil ? turn.pieces : [(turn.span.start, turn.text)]
            for (start, text) in pieces {
                var runs = ""
                if showsTimes { runs += run("[\(Timecode.clock(start))] ", #"<w:color w:val="808080"/>"#) }
                if let speaker = turn.speaker { runs += run("\(speaker): ", "<w:b/>") }
                body += paragraph(runs + run(text, ""))
            }
        }
        return head + #"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#
            + body + "</w:body></w:document>"
    }

    private static func paragraph(_ runs: String) -> String {
        #"<w:p><w:pPr><w:spacing w:after="160"/></w:pPr>"# + runs + "</w:p>"
    }

    private static func run(_ text: String, _ properties: String) -> String {
        #"<w:r><w:rPr>\#(properties)</w:rPr><w:t xml:space="preserve">"# + escaped(text) + "</w:t></w:r>"
    }

    /// Markup escaped, and what XML 1.0 cannot hold left out.
    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case _ where scalar.isControl || scalar.value & 0xfffe == 0xfffe: continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
