import FoundationEssentials
import Jobs
import Testing
import Transcription
import UploadVaultConformance
import Uploads
import Workbench

@testable import MediaStores

@Suite struct FolderUploadsTests {
    private let bench: Workbench
    private let folder: String

    init() throws {
        bench = try Workbench()
        folder = bench.path("data")
    }

    private func vault(boot: String = "this start") throws -> FolderUploads {
        try FileManager.default.createDirectory(
            atPath: "\(folder)/media", withIntermediateDirectories: true)
        return try FolderUploads(
            folder: "\(folder)/uploads", mediaFolder: "\(folder)/media", boot: boot, reserve: 0)
    }

    @Test(arguments: UploadVaultConformance.all.indices)
    func `The folder keeps the port's promises`(index: Int) async throws {
        try await UploadVaultConformance.all[index].check(try vault())
    }

    private func written(_ vault: FolderUploads, _ bytes: [UInt8], thenLost lost: [UInt8] = []) async throws -> UploadID
    {
        let record = UploadVaultConformance.record(length: 10)
        try await vault.create(record)
        let writer = try await vault.open(record.id)
        try await writer.append(bytes)
        try await writer.commit()
        if !lost.isEmpty { try await writer.append(lost) }
        return record.id
    }

    @Test func `What was written but not committed counts after a kill, and not after a power cut`() async throws {
        let id = try await written(try vault(), [1, 2, 3], thenLost: [4, 5])
        #expect(try await vault().state(id)?.offset == 5)
        #expect(try await vault(boot: "the next start").state(id)?.offset == 3)
        #expect(try await vault(boot: "").state(id)?.offset == 3, "a start without a name is another one")
        // The next piece takes the place of what may be damaged.
        let next = try vault(boot: "the next start")
        let writer = try await next.open(id)
        try await writer.append([6, 7, 8, 9, 10, 11, 12])
        try await writer.commit()
        let medium = try await next.medium(id)
        #expect(medium.extent.available == 10)
        #expect(
            FileManager.default.contents(atPath: "\(folder)/uploads/\(id).part")
                == Data([1, 2, 3, 6, 7, 8, 9, 10, 11, 12]))
    }

    @Test func `A whole upload is a medium with the digest of its bytes, kept without a copy and beyond its removal`()
        async throws
    {
        let vault = try vault()
        let id = try await written(vault, Array("0123456789".utf8))
        let medium = try await vault.medium(id)
        #expect(
            try await medium.complete()
                == MediaDigest(
                    sha256: "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882", bytes: 10))
        try await medium.keep(as: "kept")
        try await vault.remove(id)
        #expect(FileManager.default.contents(atPath: "\(folder)/media/kept") == Data("0123456789".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/uploads").isEmpty)
    }

    @Test func `What a kill left behind is swept up at the next start, and nothing else`() async throws {
        let id = try await written(try vault(), [1, 2, 3])
        for name in ["orphan.part", "\(id).json.new"] {
            try Data("x".utf8).write(to: URL(filePath: "\(folder)/uploads/\(name)"))
        }
        #expect(try await vault().state(id)?.offset == 3)
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/uploads")
        #expect(Set(left) == ["\(id).json", "\(id).part"])
    }

    @Test func `A description that cannot be read is an upload that is not there`() async throws {
        let vault = try vault()
        let id = try await written(vault, [1])
        try Data("{".utf8).write(to: URL(filePath: "\(folder)/uploads/\(id).json"))
        #expect(try await vault.state(id) == nil)
        #expect(try await vault.states().isEmpty)
        await #expect(throws: UploadError.notFound) { _ = try await vault.open(id) }
    }
}
