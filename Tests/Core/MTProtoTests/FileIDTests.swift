import Testing

@testable import MTProto

struct FileIDTests {
    @Test func `published names of files fall into their parts`() throws {
        let sticker = try #require(
            FileID("CAACAgIAAxkBAAIEol9yQhBqFnT4HXldAh31a-hYXuDIAAIECwACAoujAAFFn1sl9AABHbkbBA"))
        #expect(sticker.type == 8 && sticker.location.dataCentre == 2 && sticker.location.kind == .document)
        #expect(sticker.location.id == 46_033_261_910_035_204)
        #expect(sticker.location.accessHash == -5_107_925_353_769_492_667)
        #expect(sticker.location.reference.count == 25 && sticker.uniqueText == "AgADBAsAAgKLowAB")
        let voice = try #require(
            FileID("AwACAgQAAxkBAAEE3SZgO-PbHlWtxRt5cPWvXlGRWHXM3AACuwgAAj0d4FF_jv-i_-7iQR4E"))
        #expect(voice.type == 3 && voice.location.dataCentre == 4)
        #expect(voice.location.id == 5_899_747_659_685_562_555)
        #expect(voice.location.accessHash == 4_747_619_738_920_652_415)
        #expect(voice.uniqueText == "AgADuwgAAj0d4FE")
    }

    @Test func `what is written can be read`() throws {
        let source = Seeded(3)
        for length in [0, 1, 25, 200] {
            let location = FileLocation(
                dataCentre: 4, id: Int64(bitPattern: source.next()) >> 20, accessHash: Int64(bitPattern: source.next()),
                reference: source.bytes(length))
            for location in [
                location, location.with(.photo, "y"), location.with(.document, "m"),
                location.with(.chatPhoto(chat: -1_001_234, chatHash: 5, isBig: true), ""),
            ] {
                let id = FileID(
                    type: location.kind == .document && location.thumbnail.isEmpty ? 5 : 2, location: location)
                #expect(FileID(id.text) == id)
            }
        }
    }

    @Test func `garbage is no name`() {
        let good = "AwACAgQAAxkBAAEE3SZgO-PbHlWtxRt5cPWvXlGRWHXM3AACuwgAAj0d4FF_jv-i_-7iQR4E"
        for count in 0..<good.count { #expect(FileID(String(good.prefix(count))) == nil) }
        #expect(FileID(good + "A") == nil && FileID("~" + good) == nil)
        #expect(FileID(String(repeating: "A", count: 600)) == nil)
        let source = Seeded(9)
        for _ in 0..<2000 {
            let bytes = source.bytes(Int(source.next() % 80)) + [34, 4]
            if let id = FileID(Base64.encodeForAddress(bytes)) { #expect(FileID(id.text) == id) }
        }
    }

    @Test func `base 64 with bits over is refused`() {
        #expect(Base64.decode("QQ".utf8) == [65] && Base64.decode("QR".utf8) == nil && Base64.decode("Q".utf8) == nil)
        #expect(Base64.decode("QUI=".utf8) == [65, 66] && Base64.decode("-_".utf8) == nil)
    }
}

extension FileLocation {
    func with(_ kind: Kind, _ thumbnail: String) -> FileLocation {
        var copy = self
        copy.kind = kind
        copy.thumbnail = thumbnail
        return copy
    }
}
