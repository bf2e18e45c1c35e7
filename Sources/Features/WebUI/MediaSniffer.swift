/// The type of a medium, by how it begins: names are the sender's words, and only sound and pictures are ever shown.
enum MediaSniffer {
    private static let signatures: [(offset: Int, bytes: [UInt8], type: String)] = [
        (8, Array("WAVE".utf8), "audio/wav"), (8, Array("AVI ".utf8), "video/x-msvideo"),
        (0, Array("OggS".utf8), "audio/ogg"), (0, Array("fLaC".utf8), "audio/flac"),
        (0, Array("ID3".utf8), "audio/mpeg"), (4, Array("ftypM4A".utf8), "audio/mp4"),
        (4, Array("ftyp".utf8), "video/mp4"), (0, [0x1a, 0x45, 0xdf, 0xa3], "video/webm"),
        (0, Array("#!AMR".utf8), "audio/amr"), (0, [0, 0, 1, 0xba], "video/mpeg"),
    ]

    static func type(of source: KeptBytes) async throws -> String {
        type(of: try await source.read(0, 16))
    }

    static func type(of start: [UInt8]) -> String {
        for signature in signatures where start.dropFirst(signature.offset).starts(with: signature.bytes) {
            return signature.type
        }
        // A frame of MPEG audio: eleven bits set; layer 0 is ADTS.
        if start.count > 1, start[0] == 0xff, start[1] & 0xe0 == 0xe0 {
            return start[1] & 0x06 == 0 ? "audio/aac" : "audio/mpeg"
        }
        return "application/octet-stream"
    }
}
