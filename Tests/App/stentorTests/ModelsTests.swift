import FaultyFileServer
import Foundation
import Testing
import Workbench

@Suite("stentor models")
struct ModelsTests {
    private let bench: Workbench
    private let stentor: Stentor

    init() throws {
        bench = try Workbench()
        stentor = Stentor(bench)
    }

    private var nanoFolder: String { Workbench.project.appending(path: ".deps/test-models/whisper-nano").path }

    private func detectorBytes() throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(Workbench.engineFolder)/silero_vad.onnx")))
    }

    @Test("the list names every known model with size, memory, licence and what is special about it")
    func list() async throws {
        let result = try await stentor.run(["models", "list"])
        #expect(result.code == 0)
        for name in ["parakeet-tdt-0.6b-v3", "whisper-base", "sense-voice-small", "silero-vad"] {
            #expect(result.text.contains(name))
        }
        #expect(result.text.contains("CC-BY-4.0"))
        #expect(result.text.contains("restrictive licence"))
    }

    @Test("a model is pulled from a mirror, resumed after a cut, verified and removed")
    func pull() async throws {
        let server = try FaultyFileServer(["/silero-vad/silero_vad.onnx": try detectorBytes()])
        defer { server.stop() }
        server.add(.cut(after: 700_000))
        let mirrored = Stentor(bench, settings: ["STENTOR_MODEL_MIRROR": server.url])
        let pulled = try await mirrored.run(["models", "pull", "silero-vad"])
        #expect(pulled.code == 0, "\(pulled.errors)")
        #expect(pulled.errors.contains("downloading") && pulled.errors.contains("silero-vad is installed"))
        #expect(server.requests.contains { $0.range != nil })
        #expect(try await stentor.run(["models", "verify"]).text.contains("silero-vad: whole"))
        #expect(try await stentor.run(["models", "remove", "silero-vad"]).code == 0)
        #expect(!FileManager.default.fileExists(atPath: bench.path("data/models/silero-vad")))
    }

    @Test("another file under the right name is refused by its hash, and not kept")
    func wrongHash() async throws {
        var bytes = try detectorBytes()
        bytes[1000] ^= 1
        let server = try FaultyFileServer(["/silero-vad/silero_vad.onnx": bytes])
        defer { server.stop() }
        let mirrored = Stentor(bench, settings: ["STENTOR_MODEL_MIRROR": server.url])
        let result = try await mirrored.run(["models", "pull", "--quiet", "silero-vad"])
        #expect(result.code == 1)
        #expect(result.errors.contains("SHA-256"))
        #expect(!FileManager.default.fileExists(atPath: bench.path("data/models/silero-vad")))
    }

    @Test("a restrictive licence must be accepted first")
    func licence() async throws {
        let result = try await stentor.run(["models", "pull", "sense-voice-small"])
        #expect(result.code == 1)
        #expect(result.errors.contains("--accept-licence"))
    }

    @Test("an imported model is what auto takes, and is checked before it is loaded")
    func importing() async throws {
        #expect(try await stentor.run(["models", "import", "--name", "nano", nanoFolder]).code == 0)
        let sentence = try Workbench.nanoSentence()
        let result = try await stentor.run(["transcribe", "--quiet", "--language", "en", Workbench.sample.path])
        #expect(result.text.split(separator: "\n").map(String.init) == [sentence], "\(result.errors)")
        #expect(try await stentor.run(["doctor"]).text.contains("sherpa, nano"))
        // One flipped bit: the engine must never see it.
        let file = bench.folder.appending(path: "data/models/nano/encoder.onnx")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
        let broken = try await stentor.run(["transcribe", "--quiet", "--language", "en", Workbench.sample.path])
        #expect(broken.code == 1)
        #expect(broken.errors.contains("not what was installed"))
        #expect(try await stentor.run(["models", "verify", "nano"]).code == 1)
    }

    @Test("an imported ggml model is recognised by the Whisper engine, with word times; a cut one never reaches it")
    func importingGGML() async throws {
        #expect(try await stentor.run(["models", "import", "--name", "nano", Workbench.nanoGGML]).code == 0)
        let options = ["--engine", "whisper", "--language", "en", "--format", "json", "--words"]
        let result = try await stentor.run(["transcribe", "--quiet"] + options + [Workbench.sample.path])
        #expect(result.text.contains("\"text\": \"\(try Workbench.nanoSentence())\""), "\(result.errors)")
        #expect(result.text.contains("\"estimated\": false"))
        #expect(try await stentor.run(["doctor"]).text.contains("whisper, nano"))
        let cut = try Data(contentsOf: URL(fileURLWithPath: Workbench.nanoGGML)).prefix(5_000_000)
        let path = try bench.write(cut, to: "ggml-cut.bin")
        #expect(try await stentor.run(["models", "import", "--name", "cut", path]).code == 0)
        let broken = try await stentor.run(
            ["transcribe", "--quiet", "--engine", "whisper", "--model", "cut", Workbench.sample.path])
        #expect(broken.code == 1)
        #expect(broken.errors.contains("cut off or damaged"), "\(broken.errors)")
    }

    @Test("a language that the chosen model does not know is refused, not tried")
    func unknownLanguage() async throws {
        _ = try await stentor.run(["models", "import", "--name", "nano", nanoFolder])
        let result = try await stentor.run(
            ["transcribe", "--quiet", "--model", "nano", "--language", "xx", Workbench.sample.path])
        #expect(result.code == 1)
        #expect(result.errors.contains("does not know the language “xx”"))
    }

    @Test("names that do not exist and paths that hold no model are sentences")
    func unknown() async throws {
        #expect(try await stentor.run(["models", "pull", "gpt"]).errors.contains("There is no model of this name"))
        #expect(try await stentor.run(["models", "remove", "gpt"]).errors.contains("not installed"))
        #expect(try await stentor.run(["models", "import", bench.folder.path]).code == 1)
        #expect(try await stentor.run(["models", "fly"]).code == 2)
        #expect(try await stentor.run(["models", "pull"]).code == 2)
    }
}

@Suite("stentor doctor")
struct DoctorTests {
    @Test("says what works, and exits well when nothing is missing")
    func healthy() async throws {
        let result = try await Stentor(Workbench()).run(["doctor"])
        #expect(result.code == 0, "\(result.text)")
        for words in ["sherpa-onnx", "Silero", "confinement, media", "confinement, engine", "English"] {
            #expect(result.text.contains(words))
        }
    }

    @Test("names what is missing and the command that installs it")
    func missing() async throws {
        let stentor = Stentor(try Workbench(), settings: ["STENTOR_ENGINE_DIR": "/nowhere"])
        let result = try await stentor.run(["doctor"])
        #expect(result.code == 1)
        #expect(result.text.contains("MISSING") && result.text.contains("make setup"))
        let transcribing = try await stentor.transcribe([Workbench.sample.path])
        #expect(transcribing.code == 1)
        #expect(transcribing.errors.contains("make setup"))
    }
}
