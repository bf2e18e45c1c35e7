import Glibc
import Testing

@testable import ModelLibrary

@Suite("Tar archives")
struct TarReaderTests {
    private func entries(_ bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()) throws -> [String] {
        try ArchiveListing.entries(of: bytes, isCompressed: false, limits: limits).map {
            $0.path + ($0.bytes.map { " \($0)" } ?? "/")
        }
    }

    private func fault(_ bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()) -> ArchiveError? {
        do {
            _ = try entries(bytes, limits: limits)
            return nil
        } catch {
            return error as? ArchiveError
        }
    }

    private func built(_ body: (inout TarBuilder) -> Void) -> [UInt8] {
        var builder = TarBuilder()
        body(&builder)
        return builder.finished
    }

    @Test("files, folders and long names of all three formats are read")
    func formats() throws {
        let long = String(repeating: "d/", count: 5) + String(repeating: "n", count: 200)
        let archive = built { tar in
            tar.add("./", type: "5")
            tar.add("./m/", type: "5")
            tar.add("m/tokens.txt", Array("abc".utf8))
            tar.add("empty")
            tar.add("tail", [1], prefix: "front/part")
            tar.addExtended([("mtime", "1.5"), ("path", "ünïcode/\(long)")])
            tar.add("short", [1, 2])
            tar.add("././@LongLink", Array("\(long).gnu\0".utf8), type: "L", magic: "ustar  \u{0}")
            tar.add("cut", [UInt8](repeating: 1, count: 512), magic: "ustar  \u{0}")
            tar.addExtended([("comment", "x")], type: "g")
            tar.add("last", [9])
        }
        #expect(
            try entries(archive) == [
                "m/", "m/tokens.txt 3", "empty 0", "front/part/tail 1", "ünïcode/\(long) 2", "\(long).gnu 512",
                "last 1",
            ])
    }

    @Test("the pieces in which the archive arrives do not matter", arguments: [1, 7, 511, 512, 513, 4_096])
    func pieces(size: Int) throws {
        let contents = noise(1_300)
        let archive = built { tar in
            tar.addExtended([("path", "long/name")])
            tar.add("x", contents)
            tar.add("y", [5])
        }
        var reader = TarReader(limits: ArchiveLimits())
        var data: [UInt8] = []
        var ends = 0
        for start in stride(from: 0, to: archive.count, by: size) {
            try reader.read(archive[start..<min(start + size, archive.count)]) { event in
                if case .data(let bytes) = event { data += bytes }
                if case .endOfFile = event { ends += 1 }
            }
        }
        try reader.finish()
        #expect(data == contents + [5])
        #expect(ends == 2)
    }

    @Test(
        "a name that leads elsewhere is refused",
        arguments: [
            "/etc/passwd", "../x", "a/../../x", "a/..", "..", "a//b", "a/./b", "", "a\nb", "a\u{7F}", "file/",
            String(repeating: "x/", count: 17) + "y", String(repeating: "n", count: 256),
        ])
    func unsafePaths(name: String) {
        #expect(
            fault(
                built {
                    $0.addExtended([("path", name)]); $0.add("x", [1])
                })?.code == .unsafePath)
        if name.utf8.count < 100 {
            #expect(
                fault(
                    built {
                        $0.add("ok", [1]); $0.add(name, [1])
                    }) == ArchiveError(.unsafePath, entry: 2))
        }
    }

    @Test(
        "links and special files are refused",
        arguments: [
            ("1", ArchiveError.Code.link), ("2", .link), ("K", .link), ("3", .specialFile), ("4", .specialFile),
            ("6", .specialFile), ("7", .specialFile), ("S", .specialFile), ("V", .specialFile),
        ] as [(Character, ArchiveError.Code)])
    func types(type: Character, code: ArchiveError.Code) {
        #expect(fault(built { $0.add("x", type: type, link: "/etc/passwd") })?.code == code)
    }

    @Test("pax records that make links, holes or rename everything are refused")
    func records() {
        func code(_ records: [(String, String)], type: Character = "x") -> ArchiveError.Code? {
            fault(
                built {
                    $0.addExtended(records, type: type); $0.add("x", [1])
                })?.code
        }
        #expect(code([("linkpath", "/etc")]) == .link)
        #expect(code([("GNU.sparse.major", "1")]) == .specialFile)
        #expect(code([("path", "y")], type: "g") == .badExtension)
        #expect(code([("size", "-1")]) == .badNumber)
        #expect(code([("size", "9999999999999999999")]) == .badNumber)
        #expect(code([("path", "a\0b")]) == .unsafePath)
        for record in ["5 a=b", "99 path=x\n", "x path=x\n", "0 a=b\n", "8 abcde\n", " ", "1000000000000 a=b\n"] {
            #expect(
                fault(
                    built {
                        $0.add("p", Array(record.utf8), type: "x"); $0.add("x", [1])
                    })?.code == .badExtension)
        }
        #expect(fault(built { $0.add("p", noise(70_000), type: "L") })?.code == .badExtension)
    }

    @Test("a name may occur once, and not as file and folder both")
    func duplicates() {
        #expect(
            fault(
                built {
                    $0.add("a", [1]); $0.add("./a", [2])
                })?.code == .duplicate)
        #expect(
            fault(
                built {
                    $0.add("a", [1]); $0.add("a/b", [2])
                })?.code == .duplicate)
        #expect(
            fault(
                built {
                    $0.add("a/b", [1]); $0.add("a", [2])
                })?.code == .duplicate)
        #expect(
            fault(
                built {
                    $0.add("a/", type: "5"); $0.add("a/", type: "5")
                })?.code == .duplicate)
        #expect(
            fault(
                built {
                    $0.add("a/b", [1]); $0.add("a/", type: "5")
                }) == nil)
    }

    @Test("headers that are none are refused")
    func headers() {
        #expect(fault(built { $0.add("a", [1], breakingChecksum: true) })?.code == .badChecksum)
        #expect(fault(built { $0.add("a", [1], magic: "\0\0\0\0\0\0\0\0") })?.code == .badHeader)
        #expect(fault(built { $0.add("a", [], size: "0000000000x\0") })?.code == .badNumber)
        #expect(fault(built { $0.add("a", [], size: String(repeating: " ", count: 12)) })?.code == .badNumber)
        #expect(fault([UInt8](repeating: 1, count: 1_024))?.code == .badNumber)
        #expect(fault(built { $0.add("f/", [1], type: "5") })?.code == .badNumber)
    }

    @Test("an archive must end where it says and nowhere else")
    func ends() {
        let whole = built { $0.add("a", noise(600)) }
        #expect(fault(whole) == nil)
        #expect(fault(whole + [UInt8](repeating: 0, count: 9_000)) == nil)
        for length in [0, 1, 511, 512, 700, 1_024, 1_536, whole.count - 1] {
            #expect(fault(Array(whole.prefix(length)))?.code == .truncated)
        }
        #expect(fault(whole + [1])?.code == .trailingData)
        var builder = TarBuilder()
        builder.add("a", [1])
        let oneZeroBlock = builder.bytes + [UInt8](repeating: 0, count: 512)
        #expect(fault(oneZeroBlock + builder.finished)?.code == .badHeader)
    }

    @Test("entries and bytes are bounded, before anything is unpacked")
    func limits() {
        let archive = built { for index in 0..<10 { $0.add("f\(index)", noise(100)) } }
        #expect(fault(archive, limits: ArchiveLimits(entries: 10, bytes: 1_000)) == nil)
        #expect(fault(archive, limits: ArchiveLimits(entries: 9)) == ArchiveError(.tooManyEntries, entry: 10))
        #expect(fault(archive, limits: ArchiveLimits(bytes: 999)) == ArchiveError(.tooLarge, entry: 10))
        #expect(fault(built { $0.add("a", [], size: "77777777777\0") })?.code == .truncated)
        #expect(
            fault(
                built {
                    $0.addExtended([("size", "99999999999999")]); $0.add("a")
                })?.code == .tooLarge)
    }

    @Test("archives of GNU tar are read as tar itself lists them", arguments: ["ustar", "gnu", "pax", "posix"])
    func independent(format: String) throws {
        let folder = TemporaryFolder()
        let long = String(repeating: "longname", count: format == "ustar" ? 11 : 25)
        folder.write("in/model/encoder.int8.onnx", noise(70_000))
        folder.write("in/model/\(long)", Array("x".utf8))
        folder.write("in/model/empty", [])
        try run(["tar", "--format=\(format)", "-C", "\(folder.path)/in", "-cf", "\(folder.path)/out.tar", "model"])
        let listed = try entries(try #require(folder.read("out.tar")))
        #expect(Set(listed) == ["model/", "model/encoder.int8.onnx 70000", "model/\(long) 1", "model/empty 0"])
    }

    @Test("damaged archives end in an error or a list, never otherwise", arguments: 0..<30)
    func mutations(seed: UInt64) {
        let original = built { tar in
            tar.addExtended([("path", "some/long/path"), ("size", "40")])
            tar.add("x", noise(40))
            tar.add("././@LongLink", Array("long/name\0".utf8), type: "L", magic: "ustar  \u{0}")
            tar.add("y", noise(600), magic: "ustar  \u{0}")
        }
        var generator = SeededGenerator(state: seed)
        for _ in 0..<200 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
                // Most changes would stop at the checksum; mending it lets them through.
                let block = place / 512 * 512
                if Bool.random(using: &generator) { mendChecksum(&bytes, at: block) }
            }
            // Most of these are no archives any more; only those that still are say something here.
            for entry in (try? ArchiveListing.entries(of: bytes, isCompressed: false)) ?? [] {
                #expect(!entry.path.hasPrefix("/") && !entry.path.split(separator: "/").contains(".."))
            }
        }
    }

    private func mendChecksum(_ bytes: inout [UInt8], at block: Int) {
        for index in 148..<156 { bytes[block + index] = 32 }
        let digits = String(bytes[block..<block + 512].reduce(0) { $0 + Int($1) }, radix: 8)
        let field = Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8)
        bytes.replaceSubrange(block + 148..<block + 156, with: field)
    }

    private func run(_ words: [String]) throws {
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        try #require(posix_spawnp(&process, "tar", nil, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        #expect(waitpid(process, &status, 0) == process && status == 0)
    }
}
