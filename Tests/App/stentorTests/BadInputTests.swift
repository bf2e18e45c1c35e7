import Foundation
import Testing
import Workbench

@Suite("Bad input to stentor transcribe")
struct BadInputTests {
    private let bench: Workbench
    private let stentor: Stentor

    init() throws {
        bench = try Workbench()
        stentor = Stentor(bench)
    }

    /// One sentence, code 1, nothing on standard output, nothing left behind.
    private func expectRefusal(_ arguments: [String], holding words: String, input: Data? = nil) async throws {
        let result = try await stentor.transcribe(arguments, input: input)
        #expect(result.code == 1)
        #expect(result.text.isEmpty)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(try stentor.leftovers().isEmpty)
    }

    @Test("files that hold no audio get one clear sentence")
    func noAudio() async throws {
        try await expectRefusal([try bench.write("", to: "empty.mp3")], holding: "The file is empty")
        try await expectRefusal([try bench.write("only text", to: "text.mp3")], holding: "not a media file")
        try await expectRefusal(["-"], holding: "The file is empty", input: Data())
        try await expectRefusal([bench.path("absent.mp3")], holding: "There is no such file")
        try await expectRefusal([bench.folder.path], holding: "This is a folder")
        try await expectRefusal(["/dev/zero"], holding: "not a regular file")
        let mute = try bench.ffmpeg(["-f", "lavfi", "-i", "color=size=64x64:duration=1"], "mute.mp4")
        try await expectRefusal([mute], holding: "no audio track")
    }

    @Test("damaged files are named as such, on disk and on standard input")
    func damaged() async throws {
        let path = try bench.ffmpeg(["-i", Workbench.sample.path, "-c:a", "aac"], "sample.mp4")
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let half = whole.prefix(whole.count / 2)
        try await expectRefusal([try bench.write(half, to: "half.mp4")], holding: "damaged or incomplete")
        try await expectRefusal(["-"], holding: "damaged or incomplete", input: half)
    }

    @Test("a file with more audio than the limit is refused, and the limit can be raised")
    func tooLong() async throws {
        try await expectRefusal(["--max-seconds", "5", Workbench.sample.path], holding: "more than 5 seconds")
        #expect(try await stentor.transcribe(["--max-seconds", "60", Workbench.sample.path]).code == 0)
    }

    @Test("a sampling rate that no recording has is refused")
    func oneHertz() async throws {
        let path = try bench.ffmpeg(["-i", Workbench.sample.path, "-bitexact"], "sample.wav")
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes.replaceSubrange(24..<28, with: [1, 0, 0, 0])
        try await expectRefusal([try bench.write(bytes, to: "slow.wav")], holding: "1 samples a second")
    }

    @Test("an unknown language is refused before anything is decoded")
    func unknownLanguage() async throws {
        try await expectRefusal(
            ["--language", "xx", Workbench.sample.path], holding: "No installed model knows the language “xx”")
    }

    @Test("a place that cannot be written is refused before the work")
    func unwritableOutput() async throws {
        try await expectRefusal(["--output", "/proc/none/x.txt", Workbench.sample.path], holding: "cannot be written")
        try await expectRefusal(
            ["--output", bench.path("a/b/c/x.txt"), Workbench.sample.path], holding: "cannot be written")
    }

    @Test("output that cannot be finished is a failure, not a short success")
    func fullOutput() async throws {
        let script = "exec \(Stentor.program) transcribe --quiet --engine sphinx \(Workbench.sample.path) > /dev/full"
        let result = try await ProgramRun.run("/bin/sh", ["-c", script], environment: stentor.environment)
        #expect(result.code == 1)
        #expect(result.errors.contains("standard output cannot be written"))
    }

    @Test("a full disk is named, and leaves no part of a file")
    func fullDisk() async throws {
        // A file-size limit of 8 blocks stands for a disk with no more room than that.
        let script =
            "ulimit -f 8; exec \(Stentor.program) transcribe --quiet --engine sphinx --output out.txt - < \(Workbench.sample.path)"
        let result = try await ProgramRun.run(
            "/bin/sh", ["-c", script], environment: stentor.environment, folder: bench.folder)
        #expect(result.code == 1)
        #expect(result.errors.contains("no room on the disk"), "\(result.errors)")
        #expect(try bench.contents() == ["data"])
    }
}

@Suite("Playlist attacks")
struct PlaylistAttackTests {
    private let bench: Workbench
    private let stentor: Stentor

    init() throws {
        bench = try Workbench()
        stentor = Stentor(bench)
    }

    /// Playlists under the names of media; each refers to `secret.wav`, whose speech would be in the transcript.
    private func attacks(secret: String) throws -> [String] {
        let url = "file://\(secret)"
        let hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\n\(secret)\n#EXT-X-ENDLIST\n"
        let concat = "ffconcat version 1.0\nfile secret.wav\n"
        let concatPlain = "file '\(secret)'\n"
        let dash = """
            <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S" \
            profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="audio/mp4">\
            <Representation id="1" bandwidth="1"><BaseURL>\(url)</BaseURL></Representation></AdaptationSet></Period></MPD>
            """
        let sdp = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
        let m3u = "\(secret)\n"
        var paths: [String] = []
        for (kind, text) in ["hls": hls, "concat": concat, "plain": concatPlain, "dash": dash, "sdp": sdp, "m3u": m3u] {
            for ending in ["mp4", "mp3", "wav", "mov", "m3u8"] {
                paths.append(try bench.write(text, to: "\(kind).\(ending)"))
            }
        }
        return paths
    }

    @Test("thirty playlists named like media open no other file and give no word of it")
    func attacks() async throws {
        let secret = try bench.ffmpeg(["-i", Workbench.sample.path], "secret.wav")
        let paths = try attacks(secret: secret)
        let trace = bench.path("trace")
        let result = try await ProgramRun.run(
            "/usr/bin/strace",
            [
                "-f", "-qq", "-e", "trace=open,openat,openat2,socket,connect", "-o", trace, Stentor.program,
                "transcribe",
                "--quiet", "--engine", "sphinx",
            ] + paths, environment: stentor.environment)
        #expect(result.code == 1)
        #expect(!result.text.contains("sentence"))
        #expect(result.errors.split(separator: "\n").count == paths.count)
        let calls = try String(contentsOfFile: trace, encoding: .utf8)
        #expect(calls.contains("hls.mp4"))
        #expect(!calls.contains("secret.wav"))
        #expect(!calls.contains("AF_INET"))
    }
}
