/// The Bot API's name of a file, taken apart: it holds the whole location, so a file can be read without asking anybody
/// where it is. The layout is TDLib's (`td/telegram/files/FileLocation.hpp`, `PhotoSizeSource.hpp`).
public struct FileID: Sendable, Hashable {
    /// What kind of file it is, in TDLib's numbers.
    public var type: Int
    public var location: FileLocation

    static let referenceFlag: Int32 = 1 << 25
    static let webFlag: Int32 = 1 << 24
    static let photoTypes: Set<Int> = [0, 1, 2, 11, 12, 20, 22, 26]
    static let documentTypes: Set<Int> = [3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 17, 18, 19, 21, 23, 24, 25, 27]

    public init(type: Int, location: FileLocation) {
        self.type = type
        self.location = location
    }

    /// nil for what is no such name, for web files, and for photos of before 2021, whose names hold other fields.
    public init?(_ text: String) {
        guard text.utf8.count <= 512, var bytes = Base64.decode(text.utf8), bytes.popLast() == 4,
            let version = bytes.popLast(), let plain = ZeroRuns.expand(bytes[...])
        else { return nil }
        var reader = TLReader(plain)
        guard let read = try? Self(&reader, version: version), reader.left == 0 else { return nil }
        self = read
    }

    private struct Unknown: Error {}

    private init(_ reader: inout TLReader, version: UInt8) throws {
        let word = try reader.int()
        guard word & Self.webFlag == 0 else { throw Unknown() }
        type = Int(word & 0xff_ffff)
        let dataCentre = Int(try reader.int())
        guard (1...1000).contains(dataCentre) else { throw Unknown() }
        var reference = word & Self.referenceFlag == 0 ? [] : try reader.bytes()
        if reference == [UInt8(ascii: "#")] { reference = [] }
        location = FileLocation(
            dataCentre: dataCentre, id: try reader.long(), accessHash: try reader.long(), reference: reference)
        if Self.documentTypes.contains(type) { return }
        guard Self.photoTypes.contains(type), version >= 32 else { throw Unknown() }
        try readSource(&reader)
    }

    private mutating func readSource(_ reader: inout TLReader) throws {
        switch try reader.int() {
        case 1:
            let kind = Int(try reader.int())
            guard let letter = UnicodeScalar(UInt32(bitPattern: try reader.int())), letter.isASCII else {
                throw Unknown()
            }
            location.thumbnail = String(Character(letter))
            location.kind = Self.documentTypes.contains(kind) ? .document : .photo
        case let size where size == 2 || size == 3:
            let chat = try reader.long()
            location.kind = .chatPhoto(chat: chat, chatHash: try reader.long(), isBig: size == 3)
        default: throw Unknown()
        }
    }

    /// The name, as libraries of sub-version 34 write it.
    public var text: String {
        var writer = TLWriter()
        writer.int(Int32(type) | (location.reference.isEmpty ? 0 : Self.referenceFlag))
        writer.int(Int32(location.dataCentre))
        if !location.reference.isEmpty { writer.bytes(location.reference) }
        writer.long(location.id)
        writer.long(location.accessHash)
        switch location.kind {
        case .document where location.thumbnail.isEmpty: break
        case .document, .photo:
            writer.int(1)
            writer.int(location.kind == .photo ? 2 : 5)
            writer.int(Int32(location.thumbnail.utf8.first ?? 0))
        case .chatPhoto(let chat, let hash, let isBig):
            writer.int(isBig ? 3 : 2)
            writer.long(chat)
            writer.long(hash)
        }
        return Base64.encodeForAddress(ZeroRuns.shorten(writer.bytes) + [34, 4])
    }

    /// The Bot API's `file_unique_id` of a document: the same for every bot.
    public var uniqueText: String {
        var writer = TLWriter()
        writer.int(2)
        writer.long(location.id)
        return Base64.encodeForAddress(ZeroRuns.shorten(writer.bytes))
    }
}

/// Runs of zero bytes as one zero and their number.
enum ZeroRuns {
    static func expand(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == 0 {
                guard index + 1 < bytes.endIndex else { return nil }
                result += [UInt8](repeating: 0, count: Int(bytes[index + 1]))
                index += 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    static func shorten(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var run = 0
        for byte in bytes {
            if byte == 0 {
                run += 1
                if run == 250 { (result, run) = (result + [0, 250], 0) }
            } else {
                if run > 0 { result += [0, UInt8(run)] }
                run = 0
                result.append(byte)
            }
        }
        return run > 0 ? result + [0, UInt8(run)] : result
    }
}
