import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Testing
import Transcription
import Transcripts

@testable import API

@Suite("Fields of other makers' dialects")
struct DialectFormTests {
    private let common = RequestForm(providers: ["auto"], model: nil)

    private func openAI(_ fields: [(String, String)]) throws -> OpenAIForm {
        var form = OpenAIForm(common)
        for (name, value) in fields { try form.take(name, value) }
        try form.check()
        return form
    }

    @Test(
        "names of fields in every spelling",
        arguments: [
            ("key", "key", nil), ("key[]", "key", nil), ("key[0]", "key", nil), ("key[12]", "key", nil),
            ("key[type]", "key", "type"), ("key[type][x]", "key", "type"), ("[]", "[]", nil), ("[x]", "[x]", nil),
            ("key[", "key[", nil), ("key]", "key]", nil), ("", "", nil),
        ] as [(String, String, String?)])
    func names(text: String, base: String, member: String?) {
        let name = FieldName(text)
        #expect(name.base == base && name.member == member)
    }

    @Test(
        "lists in every spelling",
        arguments: [
            ("word", ["word"]), ("word,segment", ["word", "segment"]), (" word , segment ", ["word", "segment"]),
            (#"["word","segment"]"#, ["word", "segment"]), ("[]", []), (",", []), (#"["a,b"]"#, ["a,b"]),
        ])
    func lists(text: String, elements: [String]) { #expect(FieldName.elements(text) == elements) }

    @Test(
        "OpenAI's own models ask for the best there is; others are named",
        arguments: ["whisper-1", "GPT-4o-transcribe", "auto"])
    func aliases(model: String) throws {
        #expect(try openAI([("model", model)]).common.wish.engine.model == nil)
        #expect(try openAI([("model", "Systran/x")]).common.wish.engine.model == "Systran/x")
    }

    @Test("a stream is only of what can be told in pieces, and whisper-1 ignores the wish")
    func streams() throws {
        #expect(try openAI([("stream", "true")]).isStreamed)
        #expect(try openAI([("stream", "1"), ("response_format", "text")]).isStreamed)
        #expect(try !openAI([("stream", "false")]).isStreamed)
        #expect(try !openAI([("stream", "true"), ("model", "whisper-1"), ("response_format", "srt")]).isStreamed)
        #expect(throws: HTTPError.self) { try openAI([("stream", "true"), ("response_format", "verbose_json")]) }
        #expect(throws: HTTPError.self) { try openAI([("stream", "perhaps")]) }
    }

    @Test("speakers are looked for only where the answer can name them, and known ones come in pairs")
    func speakers() throws {
        #expect(try openAI([]).common.wish.speakers == nil)
        #expect(try openAI([("response_format", "diarized_json")]).common.wish.speakers != nil)
        let diarized = ("response_format", "diarized_json")
        let clip = "data:audio/wav;base64,AAAA"
        #expect(throws: HTTPError.self) { try openAI([diarized, ("known_speaker_names[]", "Ada")]) }
        let pair = [("known_speaker_names[]", "Ada"), ("known_speaker_references[]", clip)]
        #expect(try openAI([diarized] + pair).known.references.map(\.name) == ["Ada"])
        #expect(throws: HTTPError.self) { try openAI(pair) }
        for wrong in ["", "AAAA", "data:audio/wav,AAAA", "data:audio/wav;base64,%%%", "https://example.org/a.wav"]
        where !wrong.isEmpty {
            let fields = [diarized, pair[0], ("known_speaker_references[]", wrong)]
            #expect(throws: HTTPError.self) { try openAI(fields) }
        }
        let five = (0..<5).flatMap { [("known_speaker_names[]", "P\($0)"), ("known_speaker_references[]", clip)] }
        #expect(throws: HTTPError.self) { try openAI([diarized] + five) }
        #expect(throws: HTTPError.self) { try openAI([diarized] + pair + pair) }
        #expect(throws: HTTPError.self) { try openAI([diarized, ("known_speaker_names[]", "SPEAKER_00"), pair[1]]) }
    }

    @Test("languages by code or name; of several none is taken as said")
    func languages() throws {
        #expect(try openAI([("language", "English")]).common.wish.engine.language == "en")
        #expect(try openAI([("language", "pt-BR")]).common.wish.engine.language == "pt")
        #expect(try openAI([("languages[]", "de")]).common.wish.engine.language == "de")
        #expect(try openAI([("languages", "de,fr")]).common.wish.engine.language == nil)
        #expect(LanguageNames.name(of: "en") == "english" && LanguageNames.name(of: "xyz") == "xyz")
        #expect(LanguageNames.name(of: nil) == "" && LanguageNames.code(of: "Haitian Creole") == "ht")
    }

    @Test("Deepgram's features, its own models, and what is not done here")
    func deepgram() throws {
        var form = DeepgramForm(common, query: "utterances=true")
        let query = "model=nova-3-general&language=multi&smart_format=true&utterances=true&diarize=true&keyterm=Ada:2"
        try form.take(QueryItems(query + "&keyterm=Bob&tag=a&tag=b&extra=k:v&summarize=v2&redact=false"))
        try form.check()
        #expect(form.common.wish.engine.model == nil && form.common.wish.engine.language == nil)
        #expect(form.common.wish.speakers != nil && form.common.wish.hotwords == ["Ada", "Bob"])
        #expect(form.features.punctuates && form.features.utterances && !form.features.paragraphs)
        #expect(form.features.tags == ["a", "b"] && form.features.extra == ["k": "v"])
        #expect(form.features.undone == ["summarize"] && !form.common.isAsync)
        try form.take("callback", "https://example.org/x")
        try form.check()
        #expect(form.common.isAsync && form.common.callback?.form == "deepgram?utterances=true")
    }

    @Test("a bare sample's header says what the client said, and only that")
    func header() throws {
        let header = RawAudio(encoding: .mulaw, rate: 8000, channels: 2).header
        #expect(header.count == 44)
        #expect(Array(header[20..<36]) == [7, 0, 2, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 8, 0])
        var form = DeepgramForm(common)
        #expect(form.mediaHeader.isEmpty)
        try form.take("encoding", "flac")
        #expect(form.mediaHeader.isEmpty)
        try form.take("encoding", "linear16")
        #expect(form.mediaHeader == RawAudio().header)
        #expect(throws: HTTPError.self) { try form.take("channels", "9") }
        var asr = ASRForm(common)
        #expect(asr.mediaHeader.isEmpty)
        try asr.take("encode", "False")
        #expect(asr.mediaHeader == RawAudio().header)
    }

    @Test("deltas are what is new, and nothing once the text begins otherwise")
    func deltas() {
        var text = StreamedText()
        #expect(text.delta(to: "") == nil)
        #expect(text.delta(to: "one") == "one")
        #expect(text.delta(to: "one") == nil)
        #expect(text.delta(to: "one two") == " two")
        #expect(text.delta(to: "one") == nil, "another attempt begins anew")
        #expect(text.delta(to: "eins zwei drei") == nil)
        #expect(text.delta(to: "one two three") == " three")
    }

    @Test(
        "speakers get letters in the order in which they speak",
        arguments: [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
    func letters(number: Int, letter: String) {
        #expect(SpeakerLetters.letter(number) == letter)
        var letters = SpeakerLetters()
        #expect(letters.letter(for: "x") == "A" && letters.letter(for: "y") == "B" && letters.letter(for: "x") == "A")
    }

    @Test(
        "a file's name cannot leave a header", arguments: [("a\"b\\c\r\nx", "a_b_c__x"), ("ü.mkv", "_.mkv"), ("", "")])
    func names(name: String, ascii: String) { #expect(HeaderText.ascii(name) == ascii) }
}
