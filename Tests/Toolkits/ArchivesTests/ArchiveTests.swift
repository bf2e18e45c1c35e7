import Archives
import Foundation
import Testing
import Workbench

@Suite(.timeLimit(.minutes(5)))
struct ArchiveTests {
    let place: String

    init() throws {
        place = FileManager.default.temporaryDirectory.appending(path: "archives-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(place)/\(name)"))
        return "\(place)/\(name)"
    }

    @discardableResult
    private func archive(_ contents: [String: [UInt8]], as name: String = "a.tar") throws -> String {
        let writer = try ArchiveWriter(path: "\(place)/\(name)")
        for (part, bytes) in contents.sorted(by: { $0.key < $1.key }) {
            try writer.add(part, file: try write(bytes, "source"))
        }
        try writer.finish(about: ["what": "a test"])
        return "\(place)/\(name)"
    }

    private let contents: [String: [UInt8]] = [
        "database": Array(repeating: 7, count: 1500), "media/one": [], "media/two": Array(0..<255),
    ]

    @Test func `What was put in comes out, and tar reads it too`() throws {
        let path = try archive(contents)
        let manifest = try ArchiveReader(path: path).verify()
        #expect(manifest.about == ["what": "a test"])
        #expect(manifest.parts.map(\.name) == ["database", "media/one", "media/two"])
        let out = "\(place)/out"
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        try ArchiveReader(path: path).extract(manifest, into: out)
        for (name, bytes) in contents {
            #expect(FileManager.default.contents(atPath: "\(out)/\(name)").map(Array.init) == bytes)
        }
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "--compare", "-f", path, "-C", out, "database", "media/two"]
        tar.standardError = FileHandle.nullDevice
        tar.standardOutput = FileHandle.nullDevice
        try tar.run()
        tar.waitUntilExit()
        // Times are not kept, so tar says that they differ (1); 2 would be an archive that it cannot read.
        #expect(tar.terminationStatus <= 1)
    }

    @Test func `Wherever it is cut it is refused, and nothing is written`() throws {
        let whole = try #require(FileManager.default.contents(atPath: try archive(contents)))
        // The last block of zeros says nothing that is needed.
        for length in stride(from: 0, to: whole.count - 1024, by: 97) {
            let cut = try write(Array(whole.prefix(length)), "cut.tar")
            #expect(throws: ArchiveError.self) { try ArchiveReader(path: cut).verify() }
        }
    }

    @Test func `One bit that is not as it was written is noticed`() throws {
        let whole = Array(try #require(FileManager.default.contents(atPath: try archive(contents))))
        var passed = 0
        for position in stride(from: 0, to: whole.count - 1024, by: 61) {
            var changed = whole
            changed[position] ^= 1 << (position % 8)
            let path = try write(changed, "changed.tar")
            // Padding and the numbers nobody reads may change; what is taken out then is still what was put in.
            if let manifest = try? ArchiveReader(path: path).verify() {
                passed += 1
                #expect(manifest == (try ArchiveReader(path: "\(place)/a.tar").verify()))
            }
        }
        #expect(passed < 30)
    }

    @Test func `An archive of a newer form is refused by its number`() throws {
        let path = try archive(contents)
        let whole = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: Unicode.ASCII.self)
        #expect(whole.contains("\"format\" : 1"))
        let writer = try ArchiveWriter(path: "\(place)/newer.tar")
        #expect(throws: ArchiveError.self) { try writer.add("../escape", [1]) }
        #expect(throws: ArchiveError.self) { try writer.add("/etc/passwd", [1]) }
        #expect(throws: ArchiveError.self) { try writer.add("a//b", [1]) }
        try writer.add("manifest.json", Array("{\"format\": 2, \"shape\": []}".utf8))
        // The writer refuses a second manifest, so the first one stays the only one; its seal is not right either.
        #expect(throws: ArchiveError.self) { try writer.finish(about: [:]) }
    }

    @Test func `Until it is whole the old archive lies under the name, and a failure leaves it there`() throws {
        let path = try archive(["old": [1, 2, 3]])
        let before = FileManager.default.contents(atPath: path)
        do {
            let writer = try ArchiveWriter(path: path)
            try writer.add("new", [9])
            #expect(FileManager.default.contents(atPath: path) == before)
            #expect(throws: ArchiveError.self) { try writer.add("missing", file: "\(place)/nowhere") }
        }
        #expect(FileManager.default.contents(atPath: path) == before)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    }

    @Test(.enabled(if: geteuid() == 0, "a full disk needs a small file system, which only root may mount"))
    func `A disk that fills leaves no half archive`() throws {
        let disk = "\(place)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=300k") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let large = try write(Array(repeating: 5, count: 1_000_000), "large")
        do {
            let writer = try ArchiveWriter(path: "\(disk)/a.tar")
            #expect(throws: ArchiveError.noRoom) { try writer.add("large", file: large) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk).isEmpty)
    }
}
