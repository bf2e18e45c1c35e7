import Jobs
import Testing
import UploadVaultConformance

@testable import Uploads

/// A clock that stands until it is moved.
private actor Hand {
    nonisolated let clock: Clock

    final class Clock: JobClock, @unchecked Sendable {
        // Set only between the calls of a test.
        var wall = 1000.0
        func now() -> JobInstant { JobInstant(monotonic: wall, wall: wall) }
    }

    init() { clock = Clock() }
}

/// Pieces that come when they are given.
private actor Line {
    private var waiting: [UInt8]?
    private var isOver = false
    private var reader: CheckedContinuation<Void, Never>?
    private var asked: CheckedContinuation<Void, Never>?

    func next() async throws -> [UInt8]? {
        while waiting == nil, !isOver {
            try Task.checkCancellation()
            asked?.resume()
            asked = nil
            await withTaskCancellationHandler {
                await withCheckedContinuation { reader = $0 }
            } onCancel: {
                // Nobody waits for it.
                Task { await wake() }
            }
        }
        defer { waiting = nil }
        return waiting
    }

    private func wake() {
        reader?.resume()
        reader = nil
    }

    func send(_ bytes: [UInt8]) {
        waiting = bytes
        wake()
    }

    func end() {
        isOver = true
        wake()
    }

    /// Returns when the reader waits for a piece.
    func waitForReader() async {
        if reader == nil { await withCheckedContinuation { asked = $0 } }
    }
}

@Suite struct UploadDeskTests {
    private let clock = Hand().clock
    private let vault: MemoryUploadVault
    private let desk: UploadDesk

    init() {
        vault = MemoryUploadVault(clock: clock)
        var limits = UploadDesk.Limits(length: 1000, lifetime: 60)
        limits.grace = .zero
        desk = UploadDesk(vault, limits: limits, clock: clock)
    }

    private func begin(_ length: Int64 = 10, owner: Owner = .local) async throws -> UploadID {
        try await desk.create(owner: owner, name: "a.mp3", metadata: "", length: length).record.id
    }

    private func append(
        _ id: UploadID, at offset: Int64, _ bytes: [UInt8], checksum: (any PieceChecksum)? = nil, owner: Owner = .local
    ) async throws -> Int64 {
        let line = Line()
        await line.send(bytes)
        await line.end()
        return try await desk.append(
            to: id, owner: owner, at: offset, announced: nil, checksum: checksum, pieces: { try await line.next() }
        ).offset
    }

    @Test(arguments: UploadVaultConformance.all.indices)
    func `The memory vault keeps the port's promises`(index: Int) async throws {
        try await UploadVaultConformance.all[index].check(MemoryUploadVault(clock: clock))
    }

    @Test func `Somebody else's upload is not there`() async throws {
        let id = try await begin(owner: Owner("key:a"))
        await #expect(throws: UploadError.notFound) { try await desk.state(id, owner: .local) }
        await #expect(throws: UploadError.notFound) { try await append(id, at: 0, [1]) }
        await #expect(throws: UploadError.notFound) { try await desk.remove(id, owner: .local) }
        await #expect(throws: UploadError.notFound) { _ = try await desk.medium(id, owner: .local) }
        #expect(try await desk.state(id, owner: Owner("key:a")).offset == 0)
    }

    @Test func `Who asks anew ends the request that still writes, and what came is kept`() async throws {
        let id = try await begin()
        let line = Line()
        // Awaited below.
        let first = Task { [desk] in
            try await desk.append(
                to: id, owner: .local, at: 0, announced: nil, checksum: nil, pieces: { try await line.next() })
        }
        await line.waitForReader()
        await line.send([1, 2, 3])
        await line.waitForReader()
        #expect(try await desk.state(id, owner: .local).offset == 3)
        await #expect(throws: UploadError.interrupted) { _ = try await first.value }
        #expect(try await append(id, at: 3, [4, 5]) == 5)
        #expect(await vault.content(of: id) == [1, 2, 3, 4, 5])
    }

    @Test func `A request that comes to its end by itself is not interrupted`() async throws {
        var limits = UploadDesk.Limits(length: 1000, lifetime: 60)
        limits.grace = .seconds(600)
        let desk = UploadDesk(vault, limits: limits, clock: clock)
        let id = try await begin()
        let line = Line()
        // Awaited below.
        let first = Task {
            try await desk.append(
                to: id, owner: .local, at: 0, announced: nil, checksum: nil, pieces: { try await line.next() })
        }
        await line.waitForReader()
        // Awaited below.
        let asked = Task { try await desk.state(id, owner: .local).offset }
        await line.send([1, 2, 3])
        await line.waitForReader()
        await line.end()
        #expect(try await first.value.offset == 3)
        #expect(try await asked.value == 3)
    }

    @Test func `Two writers at once leave one sequence of bytes`() async throws {
        let id = try await begin(1000)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<20 {
                        guard let offset = try? await desk.state(id, owner: .local).offset, offset < 990 else { return }
                        let bytes = (0..<5).map { UInt8(truncatingIfNeeded: Int(offset) + $0) }
                        _ = try? await append(id, at: offset, bytes)
                    }
                }
            }
        }
        let content = await vault.content(of: id)
        #expect(!content.isEmpty)
        #expect(content == content.indices.map { UInt8(truncatingIfNeeded: $0) })
    }

    private struct Verdict: PieceChecksum {
        let verdict: Bool
        func update(_ bytes: [UInt8]) {}
        func matches() -> Bool { verdict }
    }

    @Test func `A piece with a checksum counts as a whole or not at all`() async throws {
        let id = try await begin()
        await #expect(throws: UploadError.checksumMismatch) {
            try await append(id, at: 0, [1, 2], checksum: Verdict(verdict: false))
        }
        #expect(try await desk.state(id, owner: .local).offset == 0)
        #expect(try await append(id, at: 0, [3, 4], checksum: Verdict(verdict: true)) == 2)
        // Cut off, awaited below: whether it would have matched nobody knows.
        let line = Line()
        let cut = Task { [desk] in
            try await desk.append(
                to: id, owner: .local, at: 2, announced: nil, checksum: Verdict(verdict: true),
                pieces: { try await line.next() })
        }
        await line.waitForReader()
        await line.send([5])
        await line.waitForReader()
        #expect(try await desk.state(id, owner: .local).offset == 2)
        await #expect(throws: UploadError.interrupted) { _ = try await cut.value }
        #expect(await vault.content(of: id) == [3, 4])
    }

    @Test func `What lies still for too long is gone, and swept up by the next`() async throws {
        let id = try await begin()
        clock.wall += 50
        #expect(try await append(id, at: 0, [1]) == 1)
        clock.wall += 59
        #expect(try await desk.state(id, owner: .local).offset == 1)
        clock.wall += 1
        await #expect(throws: UploadError.expired) { try await desk.state(id, owner: .local) }
        _ = try await begin()
        await #expect(throws: UploadError.notFound) { try await desk.state(id, owner: .local) }
    }

    @Test func `What is too large, or one too many, is refused at its beginning`() async throws {
        await #expect(throws: UploadError.tooLarge(limit: 1000)) { _ = try await begin(1001) }
        var limits = UploadDesk.Limits(length: 1000, lifetime: 60)
        limits.perOwner = 2
        let desk = UploadDesk(vault, limits: limits, clock: clock)
        for _ in 0..<2 { _ = try await desk.create(owner: .local, name: "", metadata: "", length: 1) }
        await #expect(throws: UploadError.tooMany) {
            _ = try await desk.create(owner: .local, name: "", metadata: "", length: 1)
        }
        _ = try await desk.create(owner: Owner("key:b"), name: "", metadata: "", length: 1)
    }
}
