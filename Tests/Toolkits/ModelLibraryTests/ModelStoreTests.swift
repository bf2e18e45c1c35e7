import EventLoops
import FaultyFileServer
import Glibc
import ModelLibrary
import Testing

@Suite("Models folder")
struct ModelStoreTests {
    private let folder = TemporaryFolder()
    private var store: ModelStore { ModelStore(folder: "\(folder.path)/models/") }

    private func code(_ body: () throws(ModelError) -> Void) -> ModelError.Code? {
        do throws(ModelError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    private func whisperFolder() -> String {
        folder.write("in/tiny-encoder.int8.onnx", noise(3_000))
        folder.write("in/tiny-decoder.int8.onnx", noise(2_000))
        folder.write("in/tiny-tokens.txt", Array("a 1\n".utf8))
        return "\(folder.path)/in"
    }

    @Test("a folder that does not exist has no models")
    func empty() throws {
        #expect(try store.installed().isEmpty)
        #expect(code { () throws(ModelError) in _ = try store.model(named: "x") } == .notInstalled)
        #expect(code { () throws(ModelError) in try store.remove("x") } == .notInstalled)
    }

    @Test("a folder is imported, listed, confirmed and removed")
    func life() throws {
        let model = try store.importModel(from: whisperFolder() + "/", name: "mine")
        #expect(model.kind == .whisperONNX && model.languages.count == 99 && !model.isRestricted)
        #expect(model.files[.tokens] == "\(store.folder)/mine/tiny-tokens.txt")
        #expect(model.sha256.count == 64)
        #expect(try store.installed() == [model])
        #expect(try store.confirm("mine") == model)
        #expect(try store.verify("mine") == model)
        try store.remove("mine")
        #expect(try store.installed().isEmpty)
        #expect(!folder.everything().contains("models/mine"))
    }

    @Test("an import needs a name of its own and leaves the old model alone")
    func names() throws {
        let source = whisperFolder()
        let model = try store.importModel(from: source)
        #expect(model.name == "in")
        #expect(code { () throws(ModelError) in _ = try store.importModel(from: source) } == .alreadyInstalled)
        #expect(code { () throws(ModelError) in _ = try store.importModel(from: source, name: "../x") } == .invalidName)
        #expect(
            code { () throws(ModelError) in _ = try store.importModel(from: source, name: ".hidden") } == .invalidName)
        #expect(try store.installed() == [model])
    }

    @Test("what is no model is refused and nothing is left")
    func noModel() throws {
        let text = folder.write("notes.txt", [1])
        let fake = folder.write("ggml-fake.bin", Array("GGUF and so on".utf8))
        mkfifo("\(folder.path)/ggml-pipe.bin", 0o600)
        for path in [text, fake, "\(folder.path)/ggml-pipe.bin"] {
            #expect(code { () throws(ModelError) in _ = try store.importModel(from: path) } == .unknownKind)
        }
        let missing = code { () throws(ModelError) in _ = try store.importModel(from: "/nowhere/ggml.bin") }
        #expect(missing == .system(SystemCallError("open", code: ENOENT)))
        #expect(try store.installed().isEmpty)
        #expect(!folder.everything().contains { $0.contains("staging") })
    }

    @Test("a file that the catalogue knows gets its name, languages and licence from there")
    func known() throws {
        let bytes = Array("lmgg".utf8) + noise(500)
        let path = folder.write("ggml-renamed.bin", bytes)
        let fixture = try PullFixture([:])
        var entry = try fixture.model(bytes, restricted: true)
        entry.languages = ["de"]
        fixture.server.stop()
        let model = try store.importModel(from: path, catalogue: ModelCatalogue([entry]))
        #expect(model.name == "nano" && model.languages == ["de"] && model.isRestricted)
    }

    @Test("an imported SenseVoice is restricted even when its file is not known")
    func restricted() throws {
        folder.write("sv/model.int8.onnx", noise(400))
        folder.write("sv/tokens.txt", [65])
        let model = try store.importModel(from: "\(folder.path)/sv")
        #expect(model.kind == .senseVoice && model.isRestricted && model.languages.contains("yue"))
    }

    @Test("links in an imported folder are followed, since caches are made of them")
    func links() throws {
        let source = whisperFolder()
        rename("\(source)/tiny-tokens.txt", "\(folder.path)/blob")
        symlink("\(folder.path)/blob", "\(source)/tiny-tokens.txt")
        let model = try store.importModel(from: source, name: "linked")
        #expect(model.files[.tokens].flatMap(TemporaryFolder.read) == Array("a 1\n".utf8))
    }

    @Test("every change of a file is noticed, and only changed files are read again")
    func changes() throws {
        let model = try store.importModel(from: whisperFolder(), name: "mine")
        let file = try #require(model.files[.encoder])
        let bytes = try #require(TemporaryFolder.read(file))
        // Written again with the same bytes: other times, the same hash; the new times are remembered.
        let record = folder.read("models/mine/model.json")
        folder.write("models/mine/tiny-encoder.int8.onnx", bytes)
        #expect(try store.confirm("mine") == model)
        #expect(folder.read("models/mine/model.json") != record)
        // One bit, and the size stays.
        folder.write("models/mine/tiny-encoder.int8.onnx", [bytes[0] ^ 1] + bytes.dropFirst())
        #expect(code { () throws(ModelError) in try store.confirm("mine") } == .damaged)
        #expect(code { () throws(ModelError) in try store.verify("mine") } == .damaged)
        folder.write("models/mine/tiny-encoder.int8.onnx", bytes + [0])
        #expect(code { () throws(ModelError) in try store.confirm("mine") } == .damaged)
        unlink(file)
        #expect(code { () throws(ModelError) in try store.confirm("mine") } == .damaged)
        // A link to the right bytes is not the file that was installed.
        symlink(folder.write("elsewhere", bytes), file)
        #expect(code { () throws(ModelError) in try store.confirm("mine") } != nil)
    }

    @Test("a change that puts the old times back is noticed too")
    func forgedTimes() throws {
        let model = try store.importModel(from: whisperFolder(), name: "mine")
        let file = try #require(model.files[.encoder])
        var before = stat()
        stat(file, &before)
        folder.write("models/mine/tiny-encoder.int8.onnx", noise(3_000, seed: 9))
        var times = [before.st_atim, before.st_mtim]
        utimensat(AT_FDCWD, file, &times, 0)
        #expect(code { () throws(ModelError) in try store.confirm("mine") } == .damaged)
    }

    @Test("the hash of a model changes with any of its files and not with its name")
    func modelHash() throws {
        let source = whisperFolder()
        let (first, second) = (
            try store.importModel(from: source, name: "a"), try store.importModel(from: source, name: "b")
        )
        #expect(first.sha256 == second.sha256)
        folder.write("in/tiny-tokens.txt", Array("a 2\n".utf8))
        #expect(try store.importModel(from: source, name: "c").sha256 != first.sha256)
    }

    @Test(
        "a record that names files elsewhere, lacks some or is no record is a fault, not a model",
        arguments: [
            "", "{}", "[1]", #"{"format": 1}"#, "path:../../etc/passwd", "path:/etc/passwd", "path:model.json/../x",
            "role",
            "format", "name",
        ])
    func badRecords(change: String) throws {
        _ = try store.importModel(from: whisperFolder(), name: "mine")
        var text = String(decoding: try #require(folder.read("models/mine/model.json")), as: UTF8.self)
        switch change {
        case "role": text = text.replacing(#""role" : "tokens""#, with: #""role" : "joiner""#)
        case "format": text = text.replacing(#""format" : 1"#, with: #""format" : 2"#)
        case "name": text = text.replacing(#""name" : "mine""#, with: #""name" : "other""#)
        case let change where change.hasPrefix("path:"):
            text = text.replacing("tiny-tokens.txt", with: change.dropFirst(5))
        default: text = change
        }
        folder.write("models/mine/model.json", Array(text.utf8))
        let contents = try store.contents()
        #expect(contents.models.isEmpty)
        #expect(contents.faults.map(\.name) == ["mine"])
        #expect(contents.faults.map(\.error.code) == [.badRecord])
        try store.remove("mine")
        #expect(try store.contents().faults.isEmpty)
    }

    @Test(
        "an import that fills the disk leaves nothing",
        .enabled(if: SmallDisk.canBeMade, "a full disk needs a small file system, which only root may mount"))
    func diskFull() throws {
        let disk = try SmallDisk(size: "64k")
        let source = folder.write("ggml-big.bin", Array("lmgg".utf8) + noise(200_000))
        let small = ModelStore(folder: "\(disk.path)/models")
        #expect(code { () throws(ModelError) in _ = try small.importModel(from: source) } == .diskFull)
        #expect(!disk.everything().contains { $0.contains("staging") || $0.hasSuffix(".bin") })
    }
}
