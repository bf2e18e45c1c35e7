import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Testing
import Transcripts

@testable import API

@Suite("Fields of a request")
struct RequestFormTests {
    private func form(_ fields: [(String, String)]) throws(HTTPError) -> RequestForm {
        var form = RequestForm(providers: ["auto"], model: nil)
        for (name, value) in fields { try form.take(name, value) }
        try form.check()
        return form
    }

    @Test("every field is taken, wherever it stands")
    func fields() throws {
        let form = try form([
            ("to", "9.5"), ("language", "pt-BR"), ("engine", "whisper, sherpa"), ("model", "m"), ("prompt", "p"),
            ("track", "2"), ("from", "1"), ("speakers", "3"), ("priority", "-2"), ("job_id", "a-1"), ("words", "yes"),
            ("format", "WebVTT"), ("async", "on"), ("url", "http://x"), ("nonsense", "1"), ("task", "translate"),
            ("hotwords", "Ada Lovelace, ,Stentor"),
        ])
        #expect(form.wish.hotwords == ["Ada Lovelace", "Stentor"])
        #expect(form.wish.engine.language == "pt" && form.wish.engine.providers == ["whisper", "sherpa"])
        #expect(form.wish.engine.model == "m" && form.wish.engine.task == .translate)
        #expect(form.wish.prompt == "p" && form.wish.track == 2 && form.wish.from == 1 && form.wish.to == 9.5)
        #expect(form.wish.speakers == SpeakerWish(minimum: 3, maximum: 3))
        #expect(form.priority == -2 && form.id?.text == "a-1" && form.includesWords && form.format == .vtt)
        #expect(form.isAsync && form.address == "http://x")
        #expect(form.warnings == ["The field “nonsense” is not known here and was ignored."])
    }

    @Test("empty values and auto say nothing")
    func nothing() throws {
        let form = try form([
            ("language", ""), ("language", "auto"), ("model", ""), ("from", ""), ("speakers", "false"),
        ])
        #expect(form.wish.engine.language == nil && form.wish.engine.model == nil && form.wish.from == nil)
        #expect(form.wish.speakers == nil)
    }

    @Test("two ids that differ are refused, the same twice is not")
    func ids() throws {
        #expect(try form([("job_id", "a"), ("task_id", "a")]).id?.text == "a")
        #expect(throws: HTTPError.self) { try form([("job_id", "a"), ("task_id", "b")]) }
    }

    @Test("a thousand unknown fields cost no more than twenty warnings")
    func flood() throws {
        let form = try form((0..<1000).map { ("field\($0)", "x") })
        #expect(form.warnings.count == 20)
    }

    @Test(
        "file names are shown on one line, without a path, and are never empty",
        arguments: [
            ("a.wav", "a.wav"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.mp3", "y.mp3"), ("", "upload"),
            ("/", "upload"),
            ("a\nb\u{1b}[31m.wav", "ab[31m.wav"),
            (String(repeating: "é", count: 999), String(repeating: "é", count: 255)),
        ])
    func names(given: String, shown: String) {
        #expect(UploadReceiver.cleaned(given) == shown)
    }

    @Test("fractions stay fractions and nothing else gets into a string")
    func fractions() throws {
        var fields = JSONFields()
        fields.add("a", fraction: 100)
        fields.add("b", fraction: nil)
        fields.add("c", fraction: .infinity)
        fields.add("d", text: "\"},{\n")
        fields.add("e", whole: 3)
        #expect(fields.text == #"{"a":100.0,"b":null,"c":null,"d":"\"},{\n","e":3}"#)
    }
}
