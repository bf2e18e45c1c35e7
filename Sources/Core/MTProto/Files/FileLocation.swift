/// Where a file lies, and the right of one account to read it.
public struct FileLocation: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case document
        case photo
        /// A picture of a chat or person, in its large or small form.
        case chatPhoto(chat: Int64, chatHash: Int64, isBig: Bool)
    }

    public var kind: Kind
    public var dataCentre: Int
    public var id: Int64
    public var accessHash: Int64
    /// Expires; a new one comes with the message the file was sent in.
    public var reference: [UInt8]
    /// The letter of a smaller form; empty for the file itself.
    public var thumbnail: String

    public init(
        kind: Kind = .document, dataCentre: Int, id: Int64, accessHash: Int64, reference: [UInt8],
        thumbnail: String = ""
    ) {
        self.kind = kind
        self.dataCentre = dataCentre
        self.id = id
        self.accessHash = accessHash
        self.reference = reference
        self.thumbnail = thumbnail
    }

    /// As `InputFileLocation`.
    func write(to writer: inout TLWriter) {
        switch kind {
        case .document, .photo:
            writer.uint32(kind == .photo ? TL.inputPhotoFileLocation : TL.inputDocumentFileLocation)
            writer.long(id)
            writer.long(accessHash)
            writer.bytes(reference)
            writer.string(thumbnail)
        case .chatPhoto(let chat, let hash, let isBig):
            writer.uint32(TL.inputPeerPhotoFileLocation)
            writer.int(isBig ? 1 : 0)
            if let channel = ChatID.channel(chat) {
                writer.uint32(TL.inputPeerChannel)
                writer.long(channel)
                writer.long(hash)
            } else if chat < 0 {
                writer.uint32(TL.inputPeerChat)
                writer.long(-chat)
            } else {
                writer.uint32(TL.inputPeerUser)
                writer.long(chat)
                writer.long(hash)
            }
            writer.long(id)
        }
    }
}
