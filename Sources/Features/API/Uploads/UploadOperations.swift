import HTTPRouting
import HTTPTypes

/// What the routes of resumable uploads are for.
enum UploadOperations {
    private static let family = "Uploads"
    private static let id = Operation.Parameter("id", in: .path, .text, "The upload.")
    private static let version = Operation.Parameter(
        Tus.resumable.name, in: .header, .word([Tus.version]), "The protocol, tus 1.0.", isRequired: true)
    private static let offset = Operation.Parameter(
        Tus.offset.name, in: .header, .whole(0...Int(Int32.max)), "Where the piece begins.", isRequired: true)
    private static let checksum = Operation.Parameter(
        Tus.checksum.name, in: .header, .text, "An algorithm and the digest of the piece in Base64.")
    private static let piece = Operation.Content(Tus.mediaType, .file)
    private static let refusals: [HTTPStatus] = [.notFound, .gone, .conflict, .preconditionFailed]

    static let options = Operation(
        "What of tus this server speaks.", family: family, answers: [.init(.noContent, "Said in the fields.")])
    static let create = Operation(
        "Begin an upload that can be resumed.", family: family,
        parameters: [
            version,
            .init(Tus.length.name, in: .header, .whole(0...Int(Int32.max)), "Bytes in all.", isRequired: true),
            .init(Tus.metadata.name, in: .header, .text, "Names with values in Base64; “filename” is the file's."),
        ],
        answers: [.init(.created, "Its address is in Location.")],
        refusals: [.preconditionFailed, .insufficientStorage])
    static let state = Operation(
        "How much of an upload has come.", family: family, parameters: [id, version],
        answers: [.init(.ok, "Said in Upload-Offset and Upload-Length.")], refusals: refusals)
    static let append = Operation(
        "Send the next piece.", family: family, parameters: [id, version, offset, checksum], bodies: [piece],
        answers: [.init(.noContent, "Taken; Upload-Offset says how far it is now.")],
        refusals: refusals + [.unsupportedMediaType, .checksumMismatch, .insufficientStorage])
    static let remove = Operation(
        "Drop an upload.", family: family, parameters: [id, version], answers: [.init(.noContent, "Gone.")],
        refusals: refusals)
    static let override = Operation(
        "HEAD, PATCH or DELETE, named in X-HTTP-Method-Override.", family: family, parameters: [id, version],
        bodies: [piece],
        answers: [.init(.noContent, "Done."), .init(.ok, "The state.")],
        refusals: refusals + [.methodNotAllowed, .unsupportedMediaType, .checksumMismatch, .insufficientStorage])
}
