import Crypto
import EventLoops
import FaultyFileServer
import Glibc
import ModelLibrary
import Testing

@Suite("Pulling models", .timeLimit(.minutes(10)))
struct PullTests {
    private let bytes = Array("lmgg".utf8) + noise(1_500_000)
    private var files: [String: [UInt8]] { ["/ggml-nano.bin": bytes] }
    private static let installed = ["nano", "nano/ggml-nano.bin", "nano/model.json"]

    private func expectInstalled(_ fixture: PullFixture, _ model: InstalledModel) {
        #expect(model.files[.model].flatMap(TemporaryFolder.read) == bytes)
        #expect(fixture.leftovers().filter { $0 != ".downloads" }.sorted() == Self.installed)
    }

    @Test("a model is fetched, checked and installed, and a second pull asks nobody")
    func whole() async throws {
        try await withFixture(files) { fixture in
            let seen = Guarded<[PullProgress]>([])
            let model = try fixture.model(bytes)
            let installed = try await fixture.puller().pull(model) { progress in seen.withLock { $0.append(progress) } }
            expectInstalled(fixture, installed)
            #expect(installed.kind == .whisperGGML && installed.languages == ["en"] && !installed.isRestricted)
            let progress = seen.withLock { $0 }
            #expect(progress.last?.fraction == 1)
            #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.done <= $1.done })
            #expect(try await fixture.puller().pull(model) == installed)
            #expect(fixture.server.requests.count == 1)
        }
    }

    @Test("a connection cut anywhere is resumed where it was cut", arguments: [0, 1, 70_000, 262_144, 1_500_003])
    func cut(after: Int) async throws {
        try await withFixture(files, faults: [.cut(after: after)]) { fixture in
            expectInstalled(fixture, try await fixture.puller().pull(try fixture.model(bytes)))
            let second = fixture.server.requests.dropFirst().first
            #expect(second?.range == (after == 0 ? nil : "bytes=\(after)-"))
            #expect(second?.ifRange == (after == 0 ? nil : "\"\(bytes.count)\""))
        }
    }

    @Test("cuts without an end are given up, and the next pull goes on from there")
    func manyCuts() async throws {
        let faults = [Fault.cut(after: 500_000)] + [Fault](repeating: .noAnswer, count: 40)
        try await withFixture(files, faults: faults) { fixture in
            let model = try fixture.model(bytes)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .network)
            #expect(fixture.leftovers().contains { $0.hasSuffix(".part") })
            #expect(!fixture.leftovers().contains("nano"))
            let requests = fixture.server.requests.count
            #expect(requests < 20)
        }
    }

    @Test("a pull that was cancelled keeps what has arrived for the next one")
    func cancelled() async throws {
        try await withFixture(files, faults: [.stall(after: 300_000)]) { fixture in
            let model = try fixture.model(bytes)
            let (arrivals, arrival) = AsyncStream.makeStream(of: Int64.self)
            let pull = Task { try await fixture.puller().pull(model) { arrival.yield($0.done) } }
            for await bytes in arrivals where bytes == 300_000 { break }
            pull.cancel()
            await #expect(throws: CancellationError.self) { try await pull.value }
            #expect(!fixture.leftovers().contains("nano"))
            expectInstalled(fixture, try await fixture.puller().pull(model))
            #expect(fixture.server.requests.map(\.range) == [nil, "bytes=300000-"])
        }
    }

    @Test(
        "a server that answers a range wrongly costs time, not correctness",
        arguments: [
            Fault.ignoreRange, .wrongRange(from: 10), .rangeWithoutField, .status(416), .status(503), .noAnswer,
        ])
    func wrongAnswers(fault: Fault) async throws {
        try await withFixture(files, faults: [.cut(after: 400_000), fault]) { fixture in
            expectInstalled(fixture, try await fixture.puller().pull(try fixture.model(bytes)))
        }
    }

    @Test("a file that changed on the server is not put together from two versions")
    func changedFile() async throws {
        let old = Fault.older(noise(bytes.count, seed: 2), tag: "\"old\"", cutAfter: 400_000)
        try await withFixture(files, faults: [old]) { fixture in
            expectInstalled(fixture, try await fixture.puller().pull(try fixture.model(bytes)))
            // If-Range made the second answer the whole of the new version.
            #expect(fixture.server.requests.map(\.ifRange) == [nil, "\"old\""])
        }
    }

    @Test("a seam between two versions that no tag betrays is healed by one more download")
    func unnoticedSeam() async throws {
        let old = Fault.older(noise(bytes.count, seed: 2), tag: "\"\(bytes.count)\"", cutAfter: 400_000)
        try await withFixture(files, faults: [old]) { fixture in
            expectInstalled(fixture, try await fixture.puller().pull(try fixture.model(bytes)))
            #expect(fixture.server.requests.map(\.range) == [nil, "bytes=400000-", nil])
        }
    }

    @Test(
        "another size is refused at once and nothing is kept",
        arguments: [Fault.longer(by: 1), .other([1, 2, 3]), .endless(bytes: 5)])
    func wrongSize(fault: Fault) async throws {
        try await withFixture(files, faults: [fault]) { fixture in
            let model = try fixture.model(bytes)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .wrongSize)
            #expect(!fixture.leftovers().contains { $0.hasSuffix(".part") || $0 == "nano" })
            #expect(fixture.server.requests.count == 1)
        }
    }

    @Test("other bytes of the same size are deleted, and the message says so")
    func wrongHash() async throws {
        try await withFixture(["/ggml-nano.bin": noise(bytes.count, seed: 3)]) { fixture in
            let model = try fixture.model(bytes)
            let error = await #expect(throws: ModelError.self) { try await fixture.puller().pull(model) }
            #expect(error?.code == .wrongHash)
            #expect(error?.description.contains("deleted") == true)
            #expect(!fixture.leftovers().contains { $0.hasSuffix(".part") || $0.hasSuffix(".tag") || $0 == "nano" })
        }
    }

    @Test("a refusal ends at once", arguments: [401, 403, 404, 410])
    func refused(status: Int) async throws {
        try await withFixture(files, faults: [.status(status)]) { fixture in
            let model = try fixture.model(bytes)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .refusedByServer)
            #expect(fixture.server.requests.count == 1)
        }
    }

    @Test("redirects are followed, as the publishers' servers send them")
    func redirect() async throws {
        try await withFixture(["/elsewhere": bytes], faults: [.redirect(to: "/elsewhere")]) { fixture in
            expectInstalled(fixture, try await fixture.puller().pull(try fixture.model(bytes)))
        }
    }

    @Test("a mirror is asked for <mirror>/<model>/<file>, with or without a slash", arguments: ["/m", "/m/"])
    func mirror(path: String) async throws {
        try await withFixture(["/m/nano/ggml-nano.bin": bytes]) { fixture in
            let model = try fixture.model(bytes)
            let puller = fixture.puller(mirror: fixture.server.url + path)
            expectInstalled(fixture, try await puller.pull(model))
            #expect(fixture.server.requests.map(\.path) == ["/m/nano/ggml-nano.bin"])
        }
    }

    @Test("a restrictive licence is accepted first, and the model stays marked")
    func licence() async throws {
        try await withFixture(files) { fixture in
            let model = try fixture.model(bytes, restricted: true)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .licenceNotAccepted)
            #expect(fixture.server.requests.isEmpty)
            #expect(try await fixture.puller().pull(model, acceptingLicence: true).isRestricted)
        }
    }

    @Test("two pulls of one model exclude each other, two models do not")
    func concurrent() async throws {
        try await withFixture(files, faults: [.stall(after: 1_000)]) { fixture in
            let (model, other) = (try fixture.model(bytes), try fixture.model(bytes, name: "other"))
            let first = Task { try await fixture.puller().pull(model) }
            await fixture.server.waitUntilStalled()
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .busy)
            #expect(try await code { try fixture.store.remove("nano") } == .busy)
            #expect(try await fixture.puller().pull(other).name == "other")
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            // The lock is free again.
            expectSame(try await fixture.puller().pull(model).files[.model].flatMap(TemporaryFolder.read))
        }
    }

    private func expectSame(_ found: [UInt8]?) { #expect(found == bytes) }

    @Test("a model that was damaged on the disk is fetched again")
    func damaged() async throws {
        try await withFixture(files) { fixture in
            let model = try fixture.model(bytes)
            _ = try await fixture.puller().pull(model)
            fixture.folder.write("models/nano/ggml-nano.bin", noise(bytes.count))
            #expect(try await code { try fixture.store.confirm("nano") } == .damaged)
            expectInstalled(fixture, try await fixture.puller().pull(model))
            #expect(fixture.server.requests.count == 2)
        }
    }

    @Test("a model that was imported from the same file is not fetched again")
    func imported() async throws {
        try await withFixture(files) { fixture in
            let path = fixture.folder.write("ggml-nano.bin", bytes)
            let imported = try fixture.store.importModel(from: path, name: "nano")
            #expect(try await fixture.puller().pull(try fixture.model(bytes)) == imported)
            #expect(fixture.server.requests.isEmpty)
        }
    }

    @Test("what a crash left behind is cleaned up or put back")
    func afterCrash() async throws {
        try await withFixture(files) { fixture in
            let model = try fixture.model(bytes)
            let installed = try await fixture.puller().pull(model)
            // A crash between moving the old model away and the new one in.
            rename("\(fixture.store.folder)/nano", "\(fixture.store.folder)/.replaced-nano")
            fixture.folder.write("models/.staging-nano/half", [1])
            #expect(try fixture.store.installed().isEmpty)
            #expect(try await fixture.puller().pull(model) == installed)
            #expect(fixture.server.requests.count == 1)
            #expect(fixture.leftovers().filter { $0 != ".downloads" }.sorted() == Self.installed)
        }
    }

    @Test("room is looked for before the first byte is fetched")
    func noRoom() async throws {
        try await withFixture(files) { fixture in
            let model = try fixture.model(bytes, diskBytes: 1 << 55)
            #expect(try await code { _ = try await fixture.puller().pull(model) } == .diskFull)
            #expect(fixture.server.requests.isEmpty)
        }
    }

    @Test(
        "a disk that fills up is an error with a remedy, and the pull goes on when there is room",
        .enabled(if: SmallDisk.canBeMade, "a full disk needs a small file system, which only root may mount"))
    func diskFull() async throws {
        let small = try SmallDisk(size: "700k")
        try await withFixture(files, modelsFolder: "\(small.path)/models") { fixture in
            // The catalogue's figure is too small, so only the write itself can find out.
            let model = try fixture.model(bytes, diskBytes: 1)
            let error = await #expect(throws: ModelError.self) { try await fixture.puller().pull(model) }
            #expect(error?.code == .diskFull)
            #expect(error?.description.contains("kept") == true)
            #expect(try fixture.store.installed().isEmpty)
            try small.resize(to: "8m")
            let installed = try await fixture.puller().pull(model)
            #expect(installed.files[.model].flatMap(TemporaryFolder.read) == bytes)
            #expect(fixture.server.requests.last?.range != nil)
        }
    }
}
