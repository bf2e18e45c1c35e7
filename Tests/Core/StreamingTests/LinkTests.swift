import Crypto
import LinkStoreConformance
import Streaming
import Testing

/// Two keys: one in use, one from before.
struct TestSigner: LinkSigner {
    var keys: [UInt8: [UInt8]] = [1: Array(repeating: 7, count: 32), 2: Array(repeating: 9, count: 32)]
    var currentKey: UInt8 = 2

    func signature(of message: [UInt8], key: UInt8) -> [UInt8]? {
        keys[key].flatMap { try? SHA256.digest(of: $0 + message).bytes }
    }

    func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { ConstantTime.equal(left, right) }
}

@Suite struct LinkTests {
    private func office(_ store: MemoryLinkStore, _ signer: TestSigner = TestSigner(), now: Double = 1000) -> LinkOffice
    {
        LinkOffice(base: "https://files.example/", store: store, signer: signer) { now }
    }

    private func link(_ address: String) -> String { String(address.split(separator: "/")[3]) }

    private func stream(_ office: LinkOffice, _ record: LinkRecord) throws -> String {
        let addresses = try #require(office.addresses(of: record))
        return link(addresses.stream)
    }

    @Test(arguments: LinkStoreConformance.all.map(\.name))
    func `the store in memory keeps the promises of the port`(name: String) async throws {
        let check = try #require(LinkStoreConformance.all.first { $0.name == name }?.check)
        try await check(MemoryLinkStore())
    }

    @Test func `A link leads to its file, by its own method only`() async throws {
        let store = MemoryLinkStore()
        let record = await store.publish(LinkStoreConformance.record(5))
        let office = office(store)
        let addresses = try #require(office.addresses(of: record))
        #expect(addresses.stream.hasPrefix("https://files.example/stream/"))
        #expect(addresses.stream.hasSuffix("/na%C3%AFve%205.mp4"))
        #expect(try await office.record(for: link(addresses.stream), .stream) == record)
        #expect(try await office.record(for: link(addresses.download), .download) == record)
        #expect(try await office.record(for: link(addresses.watch), .watch) == record)
        for method in [LinkMethod.download, .watch] {
            await #expect(throws: LinkOffice.Refusal.forged) {
                try await office.record(for: link(addresses.stream), method)
            }
        }
    }

    @Test func `No bit of a link can be changed`() async throws {
        let store = MemoryLinkStore()
        let record = await store.publish(LinkStoreConformance.record(5, expiresAt: 2000))
        let office = office(store)
        let bytes = try #require(Base64URL.decode(try stream(office, record)))
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            await #expect(throws: LinkOffice.Refusal.forged) {
                try await office.record(for: Base64URL.encode(changed), .stream)
            }
        }
        for text in ["", "x", "====", Base64URL.encode(bytes) + "A", String(Base64URL.encode(bytes).dropLast())] {
            await #expect(throws: LinkOffice.Refusal.forged) { try await office.record(for: text, .stream) }
        }
    }

    @Test func `A link of one file does not open another`() async throws {
        let store = MemoryLinkStore()
        let first = await store.publish(LinkStoreConformance.record(5))
        let second = await store.publish(LinkStoreConformance.record(6))
        let office = office(store)
        var bytes = try #require(Base64URL.decode(try stream(office, first)))
        bytes.replaceSubrange(6..<18, with: second.id.bytes)
        await #expect(throws: LinkOffice.Refusal.forged) {
            try await office.record(for: Base64URL.encode(bytes), .stream)
        }
        // Nor when the record points elsewhere.
        var moved = first
        moved.file.uniqueID = second.file.uniqueID
        let other = MemoryLinkStore()
        _ = await other.publish(moved)
        let text = try stream(office, first)
        await #expect(throws: LinkOffice.Refusal.forged) { try await self.office(other).record(for: text, .stream) }
    }

    @Test func `Links end when they expire, when they are revoked, and when their key is withdrawn`() async throws {
        let store = MemoryLinkStore()
        let record = await store.publish(LinkStoreConformance.record(5, expiresAt: 2000))
        let text = try stream(office(store), record)
        #expect(try await office(store, now: 1999).record(for: text, .stream) == record)
        await #expect(throws: LinkOffice.Refusal.expired) {
            try await office(store, now: 2000).record(for: text, .stream)
        }
        var rotated = TestSigner()
        rotated.currentKey = 1
        #expect(try await office(store, rotated).record(for: text, .stream) == record)
        rotated.keys[2] = nil
        await #expect(throws: LinkOffice.Refusal.forged) { try await office(store, rotated).record(for: text, .stream) }
        #expect(await store.revoke(record.id, owner: nil))
        await #expect(throws: LinkOffice.Refusal.revoked) { try await office(store).record(for: text, .stream) }
    }

    @Test(
        "Names of files become names in headers and paths",
        arguments: [
            ("song.mp3", "song.mp3", #"inline; filename="song.mp3""#),
            (
                "na\u{ef}ve \"1\".mp4", "na%C3%AFve%20%221%22.mp4",
                #"inline; filename="na_ve _1_.mp4"; filename*=UTF-8''na%C3%AFve%20%221%22.mp4"#
            ),
            ("../../etc/passwd", "_.._etc_passwd", #"inline; filename="_.._etc_passwd""#),
            ("a\r\nSet-Cookie: x", "aSet-Cookie%3A%20x", #"inline; filename="aSet-Cookie: x""#),
            ("\u{202e}gpj.exe", "gpj.exe", #"inline; filename="gpj.exe""#),
            ("", "file", #"inline; filename="file""#), ("...", "file", #"inline; filename="file""#),
        ])
    func names(_ name: String, _ path: String, _ field: String) {
        #expect(FileNames.pathSegment(name) == path)
        #expect(FileNames.disposition("inline", name) == field)
    }

    @Test func `Long names are cut between characters`() {
        let name = FileNames.plain(String(repeating: "日", count: 200))
        #expect(name.utf8.count == 150 && name.allSatisfy { $0 == "日" })
    }

    @Test func `A stranger's page is not sent as a page`() {
        for (said, sent) in [
            ("text/html", "application/octet-stream"), ("image/svg+xml", "application/octet-stream"),
            ("application/xhtml+xml", "application/octet-stream"), ("video/mp4", "video/mp4"),
            ("text/plain", "text/plain; charset=utf-8"), ("application/pdf", "application/pdf"),
        ] {
            #expect(MediaTypes.sent(said) == sent)
        }
        func type(_ mime: String?, _ name: String) -> String {
            MediaTypes.type(of: RemoteFile(id: "", uniqueID: "", size: 0, name: name, mimeType: mime))
        }
        #expect(type("video/mp4\r\nX: y", "a.mkv") == "video/x-matroska")
        #expect(type(nil, "A.MP3") == "audio/mpeg")
        #expect(type(nil, "noending") == "application/octet-stream")
        #expect(type("Video/MP4", "a") == "video/mp4")
    }
}
