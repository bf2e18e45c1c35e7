import Crypto
import EventLoops
import FaultyFileServer
import HTTPClient
import ModelLibrary

/// A models folder, a server with faults, and a puller between them on a real connection.
final class PullFixture: Sendable {
    let folder = TemporaryFolder()
    let server: FaultyFileServer
    let store: ModelStore
    let pool: BlockingPool
    private let loop: EventLoop
    private let client: HTTPClient

    init(_ files: [String: [UInt8]], faults: [Fault] = [], modelsFolder: String? = nil) throws {
        server = try FaultyFileServer(files, faults: faults)
        store = ModelStore(folder: modelsFolder ?? "\(folder.path)/models")
        pool = try BlockingPool(threads: 4)
        loop = try EventLoop(name: "pull")
        client = try HTTPClient(on: loop)
    }

    /// Nothing waits between attempts here.
    func puller(mirror: String? = nil) -> ModelPuller {
        ModelPuller(store: store, source: HTTPByteSource(client), pool: pool, mirror: mirror, pause: { _ in })
    }

    func end() async {
        await client.shutDown()
        await loop.shutDown()
        server.stop()
        pool.shutDown()
    }

    /// A model of one file at `/ggml-nano.bin` with these bytes.
    func model(
        _ bytes: [UInt8], restricted: Bool = false, diskBytes: Int64? = nil, name: String = "nano"
    ) throws -> KnownModel {
        KnownModel(
            name: name, summary: "For tests.", kind: .whisperGGML, languages: ["en"], ramBytes: 1 << 20,
            licence: KnownModel.Licence(name: "MIT", url: "https://example.org", isRestrictive: restricted),
            downloads: [
                KnownModel.Download(
                    url: "\(server.url)/ggml-nano.bin", bytes: Int64(bytes.count),
                    sha256: try SHA256.digest(of: bytes), hashSources: 2)
            ], diskBytes: diskBytes)
    }

    /// What lies in the models folder, locks left out.
    func leftovers() -> [String] {
        folder.everything().filter { $0.hasPrefix("models/") && !$0.contains(".locks") }.map { String($0.dropFirst(7)) }
    }
}

/// Runs a test with a fixture and ends it whatever happens.
func withFixture(
    _ files: [String: [UInt8]], faults: [Fault] = [], modelsFolder: String? = nil,
    _ body: (PullFixture) async throws -> Void
) async throws {
    let fixture = try PullFixture(files, faults: faults, modelsFolder: modelsFolder)
    do {
        try await body(fixture)
    } catch {
        await fixture.end()
        throw error
    }
    await fixture.end()
}

/// The code of the `ModelError` that `body` throws.
func code(_ body: () async throws -> Void) async throws -> ModelError.Code? {
    do {
        try await body()
        return nil
    } catch let error as ModelError {
        return error.code
    }
}
