/// Why an upload cannot go on.
public enum UploadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is none of this name, or it is somebody else's.
    case notFound
    case expired
    /// The client goes on at another place than where the last piece ended.
    case wrongOffset(expected: Int64)
    /// More bytes than were announced for the whole.
    case tooLong(length: Int64)
    case checksumMismatch
    /// The same client, or another one, has begun anew meanwhile.
    case interrupted
    case incomplete
    case tooLarge(limit: Int64)
    case tooMany
    case noRoom
    case broken(String)

    public var description: String {
        switch self {
        case .notFound: "There is no such upload; begin a new one."
        case .expired: "The upload has expired; begin a new one."
        case .wrongOffset(let expected): "The upload goes on at byte \(expected)."
        case .tooLong(let length): "The upload was announced with \(length) bytes."
        case .checksumMismatch: "The bytes do not match their checksum; send them again."
        case .interrupted: "The upload was taken up again by another request."
        case .incomplete: "The upload is not complete yet."
        case .tooLarge(let limit): "The file is larger than the \(limit / 1_000_000) MB that are allowed."
        case .tooMany: "Too many uploads are unfinished; finish or delete some."
        case .noRoom: "There is no room on the disk of the server; try again later."
        case .broken(let what): "The upload cannot be stored: \(what)."
        }
    }
}
