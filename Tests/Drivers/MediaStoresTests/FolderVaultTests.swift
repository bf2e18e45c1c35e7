import Foundation
import Jobs
import MediaStores
import Testing
import Transcription
import Workbench

@Suite("Media in a folder")
struct FolderVaultTests {
    private let bench: Workbench
    private let folder: String

    init() throws {
        bench = try Workbench()
        folder = bench.path("media")
    }

    private func vault(limit: Int64 = 1 << 30, reserve: Int64 = 0) throws -> FolderVault {
        try FolderVault(folder: folder, maximumBytes: limit, reserve: reserve)
    }

    @Test("what arrives has no name until it is kept, and then the whole of it has")
    func keep() async throws {
        let vault = try vault()
        let intake = try await vault.receive()
        try await intake.append(Array("abc".utf8))
        #expect(try await vault.names().isEmpty)
        let digest = try await intake.complete()
        // FIPS 180-4's own example.
        #expect(digest.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(digest.bytes == 3)
        try await intake.keep(as: "one")
        #expect(try await vault.names() == ["one"])
        #expect(try Data(contentsOf: URL(filePath: "\(folder)/one")) == Data("abc".utf8))
        let kept = try await vault.open("one")
        #expect(kept.extent == MediaExtent(available: 3, isComplete: true))
        await vault.remove("one")
        await vault.remove("one")
        await #expect(throws: MediaVaultError.gone) { try await vault.open("one") }
    }

    @Test("in a folder of several nodes nothing younger than a day may be swept")
    func shared() async throws {
        let vault = try FolderVault(folder: folder, maximumBytes: 1 << 30, reserve: 0, isShared: true)
        for name in ["young", "old"] {
            let intake = try await vault.receive()
            try await intake.append([1])
            _ = try await intake.complete()
            try await intake.keep(as: name)
        }
        let yesterday = Date(timeIntervalSinceNow: -90_000)
        try FileManager.default.setAttributes([.modificationDate: yesterday], ofItemAtPath: "\(folder)/old")
        let names = try await vault.names()
        #expect(names == ["old"])
    }

    @Test("readers wait for bytes that have not come, and learn that none will")
    func growth() async throws {
        let intake = try await vault().receive()
        async let early = intake.wait(forBytesBefore: 3)
        try await intake.append([1, 2, 3])
        let first = try await early
        #expect(first == MediaExtent(available: 3, isComplete: false))
        let late = Task { try await intake.wait(forBytesBefore: 10) }
        let reason = DecodingError(.sourceFailed, "The sender left.")
        await intake.fail(reason)
        await #expect(throws: reason) { try await late.value }
        #expect(!intake.extent.isComplete)
    }

    @Test("a medium beyond the limit is refused at the first byte too many, for its readers too")
    func tooLarge() async throws {
        let intake = try await vault(limit: 4).receive()
        try await intake.append([1, 2, 3, 4])
        await #expect(throws: MediaVaultError.tooLarge(limit: 4)) { try await intake.append([5]) }
        await #expect(throws: DecodingError.self) { try await intake.wait(forBytesBefore: 9) }
    }

    @Test("nothing is taken in when the disk has no room beyond its reserve")
    func noRoom() async throws {
        let vault = try vault(reserve: .max / 2)
        await #expect(throws: MediaVaultError.noRoom) { try await vault.receive() }
        #expect(await vault.room() == 0)
        #expect(try await vault.names().isEmpty)
    }

    @Test("what is small and promised to nobody touches no disk, and can still be kept")
    func inMemory() async throws {
        let vault = try vault()
        let intake = try await vault.receive(atMost: 100_000)
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await intake.append(Array(bytes[..<60_000]))
        try await intake.append(Array(bytes[60_000...]))
        await #expect(throws: MediaVaultError.tooLarge(limit: 100_000)) { try await intake.append([1]) }
        #expect(try await intake.complete().bytes == 100_000)
        try await intake.keep(as: "one")
        #expect(try Data(contentsOf: URL(filePath: "\(folder)/one")) == Data(bytes))
    }

    @Test(
        "names that are no names of ours reach no file",
        arguments: ["", "../x", "a/b", ".", "..", "x\0y", "/etc/passwd"])
    func hostileNames(name: String) async throws {
        let vault = try vault()
        await #expect(throws: MediaVaultError.gone) { try await vault.open(name) }
        let intake = try await vault.receive()
        _ = try await intake.complete()
        await #expect(throws: MediaVaultError.self) { try await intake.keep(as: name) }
        #expect(try bench.contents() == ["media"])
    }

    @Test("two media never share a name")
    func takenName() async throws {
        let vault = try vault()
        for expected in [true, false] {
            let intake = try await vault.receive()
            try await intake.append([expected ? 1 : 2])
            _ = try await intake.complete()
            if expected {
                try await intake.keep(as: "one")
            } else {
                await #expect(throws: MediaVaultError.self) { try await intake.keep(as: "one") }
            }
        }
        #expect(try Data(contentsOf: URL(filePath: "\(folder)/one")) == Data([1]))
    }

    @Test("media in memory has a budget, and what finds no room there goes to the disk")
    func budget() async throws {
        let vault = try vault()
        var held: [any MediaIntake] = []
        for _ in 0..<10 { held.append(try await vault.receive(atMost: 32 << 20)) }
        var names: [String] = []
        for intake in held {
            names.append(
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(intake.descriptor)"))
        }
        #expect(names.filter { $0.contains("memfd:") }.count == 8)
        held = []
        let next = try await vault.receive(atMost: 32 << 20)
        let name = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(next.descriptor)")
        #expect(name.contains("memfd:"))
    }
}
