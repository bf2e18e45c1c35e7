import Accounts
import HTTPRouting
import HTTPTypes
import Multipart
import Uploads

/// Resumable uploads by tus 1.0 with creation, expiration, termination and checksum.
struct UploadHandlers: Sendable {
    let desk: UploadDesk

    func addRoutes(to router: inout Router) {
        router.on(.options, "/uploads", UploadOperations.options) { _, _ in options() }
        router.post("/uploads", UploadOperations.create) { request, _ in try await tus(request) { try await create($0) }
        }
        router.on(.head, "/uploads/{id}", UploadOperations.state, one)
        router.on(.patch, "/uploads/{id}", UploadOperations.append, one)
        router.delete("/uploads/{id}", UploadOperations.remove, one)
        // For clients whose network lets only some methods through.
        router.post("/uploads/{id}", UploadOperations.override, one)
    }

    // MARK: - What all have in common

    /// Speaks this version of the protocol or says which one is spoken.
    private func tus(
        _ request: HTTPRequest, _ body: (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        do {
            guard request.fields[Tus.resumable] == Tus.version else {
                throw HTTPError(
                    .preconditionFailed, "This server speaks tus \(Tus.version); send Tus-Resumable.",
                    fields: [Tus.versions: Tus.version])
            }
            var response = try await body(request)
            response.fields[Tus.resumable] = Tus.version
            return response
        } catch {
            throw Self.told(error)
        }
    }

    private static func told(_ error: any Error) -> any Error {
        let error = (error as? UploadError).map(ErrorTable.http) ?? error
        guard let error = error as? HTTPError else { return error }
        var fields = error.fields
        fields[Tus.resumable] = Tus.version
        return HTTPError(error.status, error.message, fields: fields)
    }

    private func one(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        try await tus(request) { request in
            guard let id = UploadID(parameters["id"]) else { throw UploadError.notFound }
            let method = request.fields[Tus.methodOverride].map { HTTPMethod($0.uppercased()) } ?? request.method
            return switch method {
            case .head: try await state(request, id)
            case .patch: try await append(request, id)
            case .delete: try await remove(request, id)
            default: throw HTTPError(.methodNotAllowed, "An upload knows HEAD, PATCH and DELETE.")
            }
        }
    }

    // MARK: - Requests

    private func options() -> HTTPResponse {
        HTTPResponse(
            .noContent,
            fields: [
                Tus.resumable: Tus.version, Tus.versions: Tus.version, Tus.offered: Tus.extensions,
                Tus.maximumSize: String(desk.limits.length), Tus.algorithms: TusChecksum.algorithms,
            ])
    }

    private func create(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.principal.owner
        guard request.fields[Tus.deferLength] == nil else {
            throw ErrorTable.http(.badRequest, "length_required", "Uploads of unknown length are not taken.")
        }
        let length = try Self.number(request, Tus.length)
        let metadata = try TusMetadata(request.fields[Tus.metadata])
        let state = try await desk.create(
            owner: owner, name: UploadReceiver.cleaned(metadata.fileName), metadata: metadata.text, length: length)
        return HTTPResponse(
            .created, fields: [.location: "/uploads/\(state.record.id)", Tus.offset: "0", Tus.expires: expires(state)])
    }

    private func state(_ request: HTTPRequest, _ id: UploadID) async throws -> HTTPResponse {
        let state = try await desk.state(id, owner: try request.principal.owner)
        var response = HTTPResponse(
            .ok,
            fields: [
                Tus.offset: String(state.offset), Tus.length: String(state.record.length),
                Tus.expires: expires(state), .cacheControl: "no-store",
            ])
        if !state.record.metadata.isEmpty { response.fields[Tus.metadata] = state.record.metadata }
        return response
    }

    private func append(_ request: HTTPRequest, _ id: UploadID) async throws -> HTTPResponse {
        let owner = try request.principal.owner
        guard MediaParameters(request.fields[.contentType] ?? "")?.value == Tus.mediaType else {
            throw HTTPError(.unsupportedMediaType, "A piece of an upload has the type \(Tus.mediaType).")
        }
        let offset = try Self.number(request, Tus.offset)
        let body = request.body
        let state = try await desk.append(
            to: id, owner: owner, at: offset, announced: body.length, checksum: try TusChecksum(request),
            pieces: { try await body.nextChunk() })
        return HTTPResponse(.noContent, fields: [Tus.offset: String(state.offset), Tus.expires: expires(state)])
    }

    private func remove(_ request: HTTPRequest, _ id: UploadID) async throws -> HTTPResponse {
        try await desk.remove(id, owner: try request.principal.owner)
        return HTTPResponse(.noContent)
    }

    private func expires(_ state: UploadState) -> String { HTTPDate.format(Int64(desk.expiry(of: state))) }

    /// A field that is a number of bytes.
    private static func number(_ request: HTTPRequest, _ name: HTTPFieldName) throws(HTTPError) -> Int64 {
        guard let text = request.fields[name], !text.isEmpty, text.utf8.count <= 18,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text)
        else { throw ErrorTable.http(.badRequest, "bad_field", "\(name.name) is a number of bytes.") }
        return number
    }
}

extension ErrorTable {
    static func http(_ error: UploadError) -> HTTPError {
        switch error {
        case .notFound: http(.notFound, "no_such_upload", error.description)
        case .expired: http(.gone, "upload_expired", error.description)
        case .wrongOffset: http(.conflict, "wrong_offset", error.description)
        case .interrupted: http(.conflict, "upload_taken_over", error.description)
        case .incomplete: http(.conflict, "upload_incomplete", error.description)
        case .tooLong, .tooLarge: http(.contentTooLarge, "too_large", error.description)
        case .checksumMismatch: http(.checksumMismatch, "checksum_mismatch", error.description)
        case .tooMany: http(.tooManyRequests, "too_many_uploads", error.description, retryAfter: 60)
        case .noRoom: http(.insufficientStorage, "no_room", error.description, retryAfter: 60)
        case .broken: http(.serviceUnavailable, "storage", "The upload cannot be stored now; try again.", retryAfter: 5)
        }
    }
}
