import Foundation
import Testing
import Transcripts
import Workbench

@Suite("stentor transcribe")
struct TranscribeTests {
    private let bench: Workbench
    private let stentor: Stentor

    init() throws {
        bench = try Workbench()
        stentor = Stentor(bench)
    }

    @Test("the bundled sample becomes text, and nothing is left behind")
    func sample() async throws {
        let result = try await stentor.transcribe(["--language", "en", Workbench.sample.path])
        #expect(result.code == 0)
        #expect(result.text.contains("this is the first sentence"))
        #expect(result.text.contains("you can read what people say"))
        #expect(try stentor.leftovers().isEmpty)
    }

    @Test("JSON holds words with times inside the speech, and accounts for every second")
    func json() async throws {
        let result = try await stentor.transcribe(["--format", "json", "--words", Workbench.sample.path])
        let transcript = try TranscriptJSON.decode(Array(result.output))
        #expect(transcript.timelineFault == nil)
        #expect(transcript.engine == "sphinx")
        #expect(transcript.language == "en")
        let words = transcript.segments.flatMap(\.words)
        #expect(words.count > 15)
        #expect(words.allSatisfy { $0.confidence.map { (0...1).contains($0) } ?? false })
        let speech = try #require(transcript.timeline.first { $0.kind == .speech })
        let first = try #require(words.first)
        #expect(abs(first.span.start - speech.span.start) <= 0.3)
        // An engine that counts only some of the audio would drift away from the speech.
        let stretches = transcript.timeline.filter { $0.kind == .speech }.map(\.span)
        for word in words {
            #expect(stretches.contains { word.span.start > $0.start - 0.3 && word.span.end < $0.end + 0.3 }, "\(word)")
        }
    }

    @Test("several formats go into a folder, one file each")
    func formats() async throws {
        let result = try await stentor.transcribe(
            ["--format", "txt,srt,vtt,tsv,json,md", "--output", bench.path("out") + "/", Workbench.sample.path])
        #expect(result.code == 0)
        #expect(result.text.isEmpty)
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")))
        #expect(names == Set(["txt", "srt", "vtt", "tsv", "json", "md"].map { "welcome.\($0)" }))
    }

    @Test("subtitle lines keep the length that was asked for")
    func lineLength() async throws {
        let result = try await stentor.transcribe(
            ["--format", "srt", "--max-line-length", "20", "--max-lines", "1", Workbench.sample.path])
        let lines = result.text.split(separator: "\n").filter { !$0.contains("-->") && Int($0) == nil }
        #expect(lines.count > 3)
        #expect(lines.allSatisfy { $0.count <= 20 })
    }

    @Test("standard input is read while it arrives, an MP4 with its index at the end too")
    func standardInput() async throws {
        let path = try bench.ffmpeg(["-i", Workbench.sample.path, "-c:a", "aac"], "sample.mp4")
        let result = try await stentor.transcribe(["-"], input: try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(result.code == 0)
        #expect(result.text.contains("sentence"))
    }

    @Test("one file that fails leaves the others alone, and the exit code says so")
    func severalFiles() async throws {
        let empty = try bench.write("", to: "empty.mp3")
        let result = try await stentor.transcribe([Workbench.sample.path, empty, Workbench.sample.path])
        #expect(result.code == 1)
        #expect(result.text.components(separatedBy: "==> welcome.ogg <==").count == 3)
        #expect(result.errors.contains("empty.mp3: The file is empty."))
    }

    @Test("only the wanted part is transcribed, at the media's own times")
    func part() async throws {
        let result = try await stentor.transcribe([
            "--format", "json", "--from", "2", "--to", "0:06.5", Workbench.sample.path,
        ])
        let transcript = try TranscriptJSON.decode(Array(result.output))
        #expect(transcript.timelineFault == nil)
        #expect(abs(transcript.duration - 6.5) < 0.01)
        #expect(transcript.segments.allSatisfy { $0.span.start >= 2 && $0.span.end <= 6.5 })
        #expect(!transcript.text.contains("first sentence"))
    }

    @Test("progress goes to standard error in plain lines, text alone to standard output")
    func progress() async throws {
        let result = try await stentor.run(["transcribe", "--language", "en", Workbench.sample.path])
        #expect(result.errors.contains("welcome.ogg  100 %"))
        #expect(result.errors.contains("real time"))
        #expect(!result.errors.contains("\r"))
        #expect(!result.text.contains("%"))
        #expect(result.errors.contains("PocketSphinx"))
    }

    @Test("names with spaces, newlines, a leading dash or bytes that are no text are read and written")
    func oddNames() async throws {
        let sample = try Data(contentsOf: Workbench.sample)
        for name in ["two words.ogg", "line\nbreak.ogg", "-dash.ogg"] {
            try sample.write(to: bench.folder.appending(path: name))
            let result = try await stentor.transcribe(["--output", "out/", "--", name])
            #expect(result.code == 0, "\(name.debugDescription): \(result.errors)")
        }
        // \377 is no UTF-8; only a shell can hand it over from here.
        try sample.write(to: bench.folder.appending(path: "plain.ogg"))
        let script =
            "mv plain.ogg \"$(printf 'b\\377d.ogg')\" && exec \(Stentor.program) transcribe --quiet "
            + "--engine sphinx --output out/ \"$(printf 'b\\377d.ogg')\""
        let result = try await ProgramRun.run(
            "/bin/sh", ["-c", script], environment: stentor.environment, folder: bench.folder)
        #expect(result.code == 0, "\(result.errors)")
        let listing = try await ProgramRun.run("/bin/ls", ["out"], environment: ["LC_ALL": "C"], folder: bench.folder)
        #expect(listing.output.range(of: Data([UInt8(ascii: "b"), 0xFF, UInt8(ascii: "d")])) != nil)
    }
}

@Suite("stentor's command line")
struct UsageTests {
    private let bench: Workbench
    private let stentor: Stentor

    init() throws {
        bench = try Workbench()
        stentor = Stentor(bench)
    }

    @Test(
        "a command line that cannot be obeyed ends with code 2 and says why",
        arguments: [
            ([], "a command is missing"), (["fly"], "no command “fly”"), (["transcribe"], "needs a file"),
            (["transcribe", "--format", "doc", "x"], "doc"), (["transcribe", "--loud", "x"], "unknown option --loud"),
            (["transcribe", "--format", "txt,srt", "x"], "--output with a folder"),
            (["transcribe", "--track", "0", "x"], "--track must be a whole number"),
            (["transcribe", "--from", "5", "--to", "3", "x"], "--to must be later"),
            (["transcribe", "--from", "soon", "x"], "--from must be seconds"),
            (["transcribe", "--language", "klingon!", "x"], "--language must be a code"),
            (["transcribe", "--engine", "magic", "x"], "--engine must be one"),
            (["transcribe", "--quiet=yes", "x"], "--quiet takes no value"),
            (["transcribe", "x", "--format"], "--format needs a value"),
            (["transcribe", "--track", "1", "--track", "2", "x"], "given twice"),
            (["transcribe", "-", "-"], "only once"),
            (["transcribe", "--output", "one.txt", "a", "b"], "--output with a folder"),
        ])
    func usage(arguments: [String], words: String) async throws {
        let result = try await stentor.run(arguments)
        #expect(result.code == 2)
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test("wrong settings are all named, without their values")
    func settings() async throws {
        let wrong = Stentor(bench, settings: ["TRANSCRIPTION_PROVIDER": "s3cret", "STENTOR_ENGINE_SLOTS": "s3cret"])
        let result = try await wrong.run(["transcribe", "x"])
        #expect(result.code == 2)
        #expect(result.errors.contains("TRANSCRIPTION_PROVIDER") && result.errors.contains("STENTOR_ENGINE_SLOTS"))
        #expect(!result.errors.contains("s3cret"))
    }

    @Test("a .env file is read, the environment wins over it, and one that cannot be read stops the program")
    func environmentFile() async throws {
        _ = try bench.write("STENTOR_ENGINE_SLOTS=many\n", to: ".env")
        #expect(try await stentor.run(["transcribe", "x"]).errors.contains("STENTOR_ENGINE_SLOTS"))
        let winning = Stentor(bench, settings: ["STENTOR_ENGINE_SLOTS": "1"])
        #expect(try await winning.run(["transcribe", "x"]).errors.contains("There is no such file"))
        try FileManager.default.removeItem(atPath: bench.path(".env"))
        try FileManager.default.createDirectory(atPath: bench.path(".env"), withIntermediateDirectories: false)
        #expect(try await stentor.run(["transcribe", "x"]).code == 2)
    }

    @Test("help and version are printed")
    func help() async throws {
        #expect(try await stentor.run(["help"]).text.contains("stentor transcribe FILE"))
        #expect(try await stentor.run(["transcribe", "--help"]).text.contains("--max-line-length"))
        #expect(try await stentor.run(["version"]).text.hasPrefix("stentor "))
    }
}
