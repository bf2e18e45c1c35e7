import Foundation
import Testing
import Workbench

/// `stentor transcribe --speakers`, with real hosts.
@Suite("Speakers on the command line", .serialized)
struct SpeakersTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func transcribe(_ words: [String], settings: [String: String] = [:]) async throws -> (
        json: [String: Any], errors: String
    ) {
        let command = ["transcribe", "--quiet", "--engine", "sphinx", "--language", "en", "--format", "json"]
        let run = try await Stentor(bench, settings: settings).run(command + words)
        #expect(run.code == 0, "\(run.errors)")
        return (try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any]), run.errors)
    }

    private func speakers(_ json: [String: Any]) -> [String] {
        (json["segments"] as? [[String: Any]] ?? []).compactMap { $0["speaker"] as? String }
    }

    /// The sample on the left, then on the right.
    private func dialogue() throws -> String {
        let graph = "[0:a]apad=whole_dur=22[l];[1:a]adelay=11000|11000[r];[l][r]join=inputs=2:channel_layout=stereo"
        return try bench.ffmpeg(
            ["-i", Workbench.sample.path, "-i", Workbench.sample.path, "-filter_complex", graph], "dialogue.wav")
    }

    @Test("who is on which channel is who speaks, although it is one voice")
    func channels() async throws {
        let (json, _) = try await transcribe(["--speakers", try dialogue()])
        let found = speakers(json)
        #expect(Set(found) == ["SPEAKER_00", "SPEAKER_01"])
        #expect(found == found.sorted(), "first the left, then the right")
        let turns = try #require(json["turns"] as? [[String: Any]])
        let second = try #require(turns.first { $0["speaker"] as? String == "SPEAKER_01" })
        #expect(abs((second["start"] as? Double ?? 0) - 11) < 0.5)
        #expect(json["warnings"] as? [String] == (try await transcribe([try dialogue()])).json["warnings"] as? [String])
    }

    @Test("one voice is one speaker, and not asked for is nobody")
    func voice() async throws {
        let (json, _) = try await transcribe(["--speakers", Workbench.sample.path])
        #expect(Set(speakers(json)) == ["SPEAKER_00"] && !speakers(json).isEmpty)
        let (plain, _) = try await transcribe([Workbench.sample.path])
        #expect(speakers(plain).isEmpty && plain["turns"] == nil)
        #expect(json["text"] as? String == plain["text"] as? String)
    }

    @Test(
        "without the encoder, or with a damaged one, the words come with one speaker and why", arguments: [false, true])
    func noEncoder(isDamaged: Bool) async throws {
        let folder = bench.path("engines")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: Workbench.engineFolder)
        where !name.hasSuffix(".weights") {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(name)", withDestinationPath: "\(Workbench.engineFolder)/\(name)")
        }
        if isDamaged { try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(folder)/ge2e.weights")) }
        let (json, _) = try await transcribe(
            ["--speakers", Workbench.sample.path], settings: ["STENTOR_ENGINE_DIR": folder])
        #expect(Set(speakers(json)) == ["SPEAKER_00"])
        let warnings = json["warnings"] as? [String] ?? []
        let reason = isDamaged ? "damaged" : "not installed"
        #expect(warnings.contains { $0.contains("Speakers could not be told apart") && $0.contains(reason) })
    }

    @Test("bounds that contradict each other are refused")
    func bounds() async throws {
        let run = try await Stentor(bench, settings: [:]).run([
            "transcribe", "--min-speakers", "3", "--max-speakers", "2", Workbench.sample.path,
        ])
        #expect(run.code == 2 && run.errors.contains("--max-speakers must be at least --min-speakers"))
    }
}
