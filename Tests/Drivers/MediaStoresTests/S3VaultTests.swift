import EventLoops
import FakeBucket
import Foundation
import HTTPClient
import HTTPServer
import HTTPTesting
import Jobs
import MediaStores
import ObjectStorage
import Testing
import Transcription
import Workbench

@Suite("Media in a bucket")
struct S3VaultTests {
    private static let day = 86_400.0
    private static let start = 1_369_353_600.0
    private let bench: Workbench
    private let bucket = FakeBucket()

    init() throws { bench = try Workbench() }

    private func withVault(
        patience: Duration = .seconds(20), now: Double = start, _ body: @Sendable (S3Vault) async throws -> Void
    ) async throws {
        let folder = bench.path("spool")
        try await withTestServer(bucket, configure: { $0.limits.bodySize = 64 << 20 }) { server in
            let client = try HTTPClient(on: server.loops.loops[0])
            let location = try #require(
                S3Location("s3://media/stentor?endpoint=http://127.0.0.1:\(server.port)"))
            let store = S3Client(
                location, S3Credentials(accessKey: "key", secretKey: "secret"), http: client, patience: patience
            ) { now }
            let vault = try S3Vault(store, folder: folder, maximumBytes: 1 << 30, reserve: 0) { now }
            let result: Result<Void, any Error>
            do { result = .success(try await body(vault)) } catch { result = .failure(error) }
            await client.shutDown()
            try result.get()
        }
    }

    private func keep(_ bytes: [UInt8], as name: String, in vault: S3Vault) async throws {
        let intake = try await vault.receive()
        for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
            try await intake.append(Array(bytes[start..<min(bytes.count, start + (1 << 20))]))
        }
        _ = try await intake.complete()
        try await intake.keep(as: name)
    }

    private func read(_ source: any MediaSource) async throws -> [UInt8] {
        var extent = source.extent
        while !extent.isComplete { extent = try await source.wait(forBytesBefore: extent.available + 1) }
        var bytes = [UInt8](repeating: 0, count: Int(extent.available))
        let count = pread(source.descriptor, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(0, count)))
    }

    private static func noise(_ count: Int) -> [UInt8] {
        var value: UInt32 = 7
        return (0..<count).map { _ in
            value = value &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: value >> 16)
        }
    }

    @Test("what is kept can be opened, is listed after a day, and goes when it is removed", arguments: [0, 3, 9 << 20])
    func keep(count: Int) async throws {
        let bytes = Self.noise(count)
        try await withVault { vault in
            try await keep(bytes, as: "one", in: vault)
            #expect(bucket.objects["stentor/one"] == bytes)
            #expect(bucket.openUploads == 0)
            #expect(try await read(try await vault.open("one")) == bytes)
            #expect(try await vault.names().isEmpty, "another node may just have received it")
        }
        try await withVault(now: Self.start + 2 * Self.day) { vault in
            let names = try await vault.names()
            #expect(names == ["one"])
            await vault.remove("one")
            await vault.remove("one")
            await #expect(throws: MediaVaultError.gone) { try await vault.open("one") }
        }
    }

    @Test("names that are not the server's own reach no store")
    func names() async throws {
        try await withVault { vault in
            await #expect(throws: MediaVaultError.gone) { try await vault.open("../one") }
            await vault.remove("a/b")
            let intake = try await vault.receive()
            await #expect(throws: MediaVaultError.self) { try await intake.keep(as: "../one") }
            #expect(bucket.requests.isEmpty)
        }
    }

    @Test("a store that is busy for a moment is asked again", arguments: [503, 500, 429])
    func busy(status: Int) async throws {
        try await withVault { vault in
            bucket.suffer(.status(status), .status(status))
            try await keep([1, 2, 3], as: "one", in: vault)
            bucket.suffer(.status(status))
            let source = try await vault.open("one")
            #expect(try await read(source) == [1, 2, 3])
        }
    }

    @Test("an answer that was lost is found out, in one piece and in parts", arguments: [3, 9 << 20])
    func lostAnswer(count: Int) async throws {
        let bytes = Self.noise(count)
        try await withVault { vault in
            // The last request of a keep writes the object; those before it begin and send two parts.
            if count > 8 << 20 {
                bucket.suffer(.lostAnswer(500), .lostAnswer(500), .lostAnswer(500))
            }
            bucket.suffer(.lostAnswer(500), .lostAnswer(500))
            try await keep(bytes, as: "one", in: vault)
            #expect(bucket.objects["stentor/one"] == bytes)
        }
    }

    @Test("the name of another's object is not taken over")
    func taken() async throws {
        bucket.put("stentor/one", [9, 9])
        try await withVault { vault in
            await #expect(throws: MediaVaultError.self) { try await keep([1, 2, 3], as: "one", in: vault) }
            #expect(bucket.objects["stentor/one"] == [9, 9])
        }
    }

    @Test("a store that stays away is told as such within the patience, and leaves no parts behind")
    func away() async throws {
        try await withVault(patience: .milliseconds(1)) { vault in
            bucket.suffer(.status(503))
            await #expect(throws: MediaVaultError.self) { try await keep([1], as: "one", in: vault) }
            #expect(bucket.objects.isEmpty)
        }
    }

    @Test("readers learn that an object was replaced, or that other bytes came than were asked for")
    func replaced() async throws {
        try await withVault { vault in
            try await keep([1, 2, 3], as: "one", in: vault)
            bucket.suffer(.status(503))
            let source = try await vault.open("one")
            bucket.suffer(.shortRead)
            await #expect(throws: DecodingError.self) { try await read(source) }
        }
    }

    @Test("a clock that is days off is set by the store's")
    func clock() async throws {
        try await withVault { vault in
            bucket.suffer(.otherClock(now: 100))
            try await keep([1], as: "one", in: vault)
            #expect(bucket.objects["stentor/one"] == [1])
            #expect(bucket.requests.count == 2)
        }
    }

    @Test("a list of several pages is read to its end")
    func pages() async throws {
        bucket.set(pageSize: 3)
        for number in 0..<10 { bucket.put("stentor/m\(number)", [1]) }
        bucket.put("other/m", [1])
        try await withVault(now: Self.start + 2 * Self.day) { vault in
            let names = try await vault.names()
            #expect(names.count == 10)
        }
    }
}
