import CSystem
import Foundation
import Testing
import Transcripts
import Workbench

@Suite("Host processes", .serialized)
struct HostTests {
    private let bench: Workbench
    private let stentor: Stentor

    init() throws {
        bench = try Workbench()
        stentor = Stentor(bench)
    }

    /// Two minutes of speech with pauses: time enough to interfere.
    private func longFile() throws -> String {
        try bench.ffmpeg(["-stream_loop", "12", "-i", Workbench.sample.path, "-c:a", "libmp3lame"], "long.mp3")
    }

    /// Starts on a long file and waits until recognition is under way.
    private func startLong(_ arguments: [String] = []) async throws -> ProgramRun {
        let run = try stentor.start(["transcribe", "--engine", "sphinx"] + arguments + [try longFile()])
        await run.waitForErrors(holding: " % ")
        return run
    }

    @Test(
        "Landlock is one of the layers",
        .enabled(if: csystem_landlock_version() > 0, "Landlock is not in this kernel"), arguments: ["media", "engine"])
    func landlock(role: String) async throws {
        let result = try await ProgramRun.run(
            Workbench.programs.appending(path: "stentor-host").path, ["check-\(role)"])
        #expect(!result.text.contains("\"landlock\""))
    }

    @Test("confinement refuses every attempt from inside", arguments: ["media", "engine"])
    func confinement(role: String) async throws {
        struct Report: Decodable {
            struct Attempt: Decodable {
                let name: String
                let isRefused: Bool
            }
            let attempts: [Attempt]
            let missing: [String: String]
        }
        let result = try await ProgramRun.run(
            Workbench.programs.appending(path: "stentor-host").path, ["check-\(role)"])
        let report = try JSONDecoder().decode(Report.self, from: result.output)
        #expect(report.attempts.count >= 8)
        for attempt in report.attempts { #expect(attempt.isRefused, "\(attempt.name)") }
        // seccomp alone refuses every attempt where the kernel has no Landlock.
        #expect(Set(report.missing.keys).isSubset(of: ["landlock"]), "\(report.missing)")
    }

    @Test("Ctrl-C ends the work at once and leaves no process and no file")
    func interruption() async throws {
        let run = try await startLong(["--output", bench.path("out.txt")])
        let children = Stentor.children(of: run.identifier)
        #expect(!children.isEmpty)
        let clock = ContinuousClock()
        let start = clock.now
        run.send(signal: SIGINT)
        let result = await run.finish()
        // The work itself would take longer; a busy machine may need some time to end it.
        #expect(clock.now - start < .seconds(15))
        #expect(result.code == 130 && !result.isSignalled)
        for child in children { #expect(!Stentor.isAlive(child)) }
        #expect(try stentor.leftovers().isEmpty)
        #expect(try bench.contents() == ["data", "long.mp3"])
    }

    @Test("an engine that is killed costs its chunk a second try, and no text")
    func killedEngine() async throws {
        let run = try await startLong(["--format", "json"])
        let engines = Stentor.children(of: run.identifier).filter { Stentor.role(of: $0) == "engine" }
        #expect(!engines.isEmpty)
        for engine in engines { kill(engine, SIGKILL) }
        let result = await run.finish()
        #expect(result.code == 0)
        let transcript = try TranscriptJSON.decode(Array(result.output))
        #expect(!transcript.timeline.contains { $0.kind == .skipped })
        #expect(transcript.text.components(separatedBy: "first sentence").count > 10)
    }

    @Test("a media host that is killed costs its file, with a sentence")
    func killedMediaHost() throws {
        // Standard input that never ends keeps the media host waiting for more.
        let pipe = Pipe()
        let run = Process()
        run.executableURL = URL(fileURLWithPath: Stentor.program)
        run.arguments = ["transcribe", "--quiet", "--engine", "sphinx", "-"]
        run.environment = ProcessInfo.processInfo.environment.merging(stentor.environment) { $1 }
        let errors = Pipe()
        run.standardInput = pipe
        run.standardError = errors
        try run.run()
        try pipe.fileHandleForWriting.write(contentsOf: Data(contentsOf: Workbench.sample).prefix(2000))
        var hosts: [Int32] = []
        while hosts.isEmpty, run.isRunning {
            hosts = Stentor.children(of: run.processIdentifier).filter { Stentor.role(of: $0) == "media" }
        }
        for host in hosts { kill(host, SIGKILL) }
        run.waitUntilExit()
        #expect(run.terminationStatus == 1)
        let text = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        #expect(text.contains("standard input: The file made the decoder fail"))
    }

    @Test("hosts end with the program, even when it is killed")
    func orphans() async throws {
        let run = try await startLong()
        let children = Stentor.children(of: run.identifier)
        #expect(!children.isEmpty)
        run.send(signal: SIGKILL)
        _ = await run.finish()
        let deadline = ContinuousClock.now + .seconds(10)
        while children.contains(where: Stentor.isAlive), ContinuousClock.now < deadline { sched_yield() }
        for child in children { #expect(!Stentor.isAlive(child)) }
    }

    @Test("only the host links FFmpeg and PocketSphinx, and nothing links the speech library")
    func linkage() async throws {
        func libraries(_ program: String) async throws -> String {
            try await ProgramRun.run("/usr/bin/ldd", [Workbench.programs.appending(path: program).path]).text
        }
        let server = try await libraries("stentor")
        for name in ["libav", "libsw", "pocketsphinx", "sphinxbase", "onnx"] {
            #expect(
                !server.contains("\(name)format") && !server.contains(name + "resample")
                    && !server.contains("lib" + name))
        }
        let host = try await libraries("stentor-host")
        #expect(host.contains("libavformat") && host.contains("libpocketsphinx"))
        #expect(!host.contains("onnx"))
    }
}
