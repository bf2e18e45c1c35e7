import Crypto
import FaultyFileServer
import ModelLibrary
import Testing

@Suite("Pulling archives", .timeLimit(.minutes(10)))
struct PullArchiveTests {
    private func model(
        _ archive: [UInt8], _ fixture: PullFixture, kind: ModelKind = .transducer, inner: [String: SHA256Digest] = [:]
    ) throws -> KnownModel {
        KnownModel(
            name: "nano", summary: "For tests.", kind: kind, languages: ["en"], ramBytes: 1 << 20,
            licence: KnownModel.Licence(name: "MIT", url: "https://example.org"),
            downloads: [
                KnownModel.Download(
                    url: "\(fixture.server.url)/nano.tar.bz2", bytes: Int64(archive.count),
                    sha256: try SHA256.digest(of: archive), hashSources: 2)
            ], innerHashes: inner)
    }

    private func archive(_ body: (inout TarBuilder) -> Void) -> [UInt8] {
        var builder = TarBuilder()
        body(&builder)
        return compressed(builder.finished)
    }

    private var transducer: [UInt8] {
        archive { tar in
            tar.add("nano/", type: "5")
            for name in ["encoder.int8.onnx", "encoder.onnx", "decoder.int8.onnx", "joiner.int8.onnx", "tokens.txt"] {
                tar.add("nano/\(name)", noise(200_000, seed: UInt64(name.count)))
            }
            tar.add("nano/README.md", Array("read me".utf8))
            tar.add("nano/test_wavs/en.wav", noise(1_000))
        }
    }

    @Test("an archive becomes a folder with the files of the model and its notes")
    func unpacked() async throws {
        let archive = transducer
        try await withFixture(["/nano.tar.bz2": archive], faults: [.cut(after: archive.count / 2)]) { fixture in
            let model = try await fixture.puller().pull(try model(archive, fixture))
            #expect(model.files[.encoder]?.hasSuffix("/nano/encoder.int8.onnx") == true)
            #expect(model.files[.tokens].flatMap(TemporaryFolder.read) == noise(200_000, seed: 10))
            #expect(
                fixture.leftovers().filter { $0 != ".downloads" }.sorted() == [
                    "nano", "nano/README.md", "nano/decoder.int8.onnx", "nano/encoder.int8.onnx",
                    "nano/joiner.int8.onnx", "nano/model.json", "nano/tokens.txt",
                ])
            #expect(try fixture.store.verify("nano") == model)
        }
    }

    @Test(
        "archives that would write elsewhere leave nothing behind", arguments: ["../escape", "/tmp/escape-of-models"])
    func escape(name: String) async throws {
        let archive = archive {
            $0.add("nano/tokens.txt", [1]); $0.add(name, [1])
        }
        try await withFixture(["/nano.tar.bz2": archive]) { fixture in
            let model = try model(archive, fixture)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .badArchive)
            #expect(
                !fixture.leftovers().contains {
                    $0.contains("escape") || $0.hasPrefix("nano") || $0.contains("staging")
                })
            #expect(TemporaryFolder.read("/tmp/escape-of-models") == nil)
        }
    }

    @Test("links in an archive are refused")
    func links() async throws {
        let archive = archive { $0.add("nano/tokens.txt", type: "2", link: "/etc/passwd") }
        try await withFixture(["/nano.tar.bz2": archive]) { fixture in
            let model = try model(archive, fixture)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .badArchive)
            #expect(!fixture.leftovers().contains { $0.contains("staging") })
        }
    }

    @Test("an archive without the files of its kind is refused")
    func incomplete() async throws {
        let archive = archive {
            $0.add("nano/encoder.onnx", [1]); $0.add("nano/tokens.txt", [1])
        }
        try await withFixture(["/nano.tar.bz2": archive]) { fixture in
            let model = try model(archive, fixture)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .unknownKind)
            #expect(try fixture.store.installed().isEmpty)
        }
    }

    @Test("a file whose own hash is known must have it")
    func innerHash() async throws {
        let archive = archive { $0.add("x/model.int8.onnx", [1, 2, 3]) }
        let right = try SHA256.digest(of: [1, 2, 3] as [UInt8])
        let wrong = try SHA256.digest(of: [3, 2, 1] as [UInt8])
        try await withFixture(["/nano.tar.bz2": archive]) { fixture in
            let bad = try model(archive, fixture, kind: .segmentation, inner: ["model.int8.onnx": wrong])
            #expect(try await code { _ = try await fixture.puller().pull(bad) } == .wrongHash)
            let good = try model(archive, fixture, kind: .segmentation, inner: ["model.int8.onnx": right])
            #expect(try await fixture.puller().pull(good).kind == .segmentation)
        }
    }
}
