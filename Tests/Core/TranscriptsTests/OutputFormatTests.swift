import Testing
import Transcripts

@Suite("OutputFormat")
struct OutputFormatTests {
    @Test(
        "a user's word for a format is understood",
        arguments: [
            ("txt", OutputFormat.txt), ("TEXT", .txt), (".srt", .srt), (" SubRip ", .srt), ("WebVTT", .vtt),
            ("tsv", .tsv), ("JSON", .json), ("markdown", .md), ("md", .md), ("rttm", .rttm),
        ])
    func parsing(word: String, format: OutputFormat) throws {
        #expect(try OutputFormat(parsing: word) == format)
    }

    @Test("an unknown word is refused with the list of what there is", arguments: ["", "docx", "s rt", "."])
    func unknown(word: String) throws {
        let error = try #require(throws: UnknownOutputFormat.self) { try OutputFormat(parsing: word) }
        for format in OutputFormat.allCases { #expect(error.description.contains(format.rawValue)) }
    }

    @Test("a message never repeats a long or many-lined word whole")
    func boundedMessage() throws {
        let word = "a\n" + String(repeating: "x", count: 5_000)
        let error = try #require(throws: UnknownOutputFormat.self) { try OutputFormat(parsing: word) }
        #expect(error.given.count == 32)
        #expect(!error.description.contains("\n"))
    }

    @Test("a list keeps its order and names each format once")
    func list() throws {
        #expect(try OutputFormat.list(parsing: "srt, txt,SRT,json") == [.srt, .txt, .json])
        #expect(throws: UnknownOutputFormat.self) { try OutputFormat.list(parsing: "") }
        #expect(throws: UnknownOutputFormat.self) { try OutputFormat.list(parsing: "srt,,txt") }
    }

    @Test("every format says what it is", arguments: OutputFormat.allCases)
    func described(format: OutputFormat) throws {
        #expect(try OutputFormat(parsing: format.fileExtension) == format)
        #expect(format.mediaType.contains("/"))
        #expect(!format.name.isEmpty)
    }
}
