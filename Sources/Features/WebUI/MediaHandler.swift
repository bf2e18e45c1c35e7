import Accounts
import EventLoops
import Glibc
import HTTPRanges
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Streaming
import Transcription

/// `GET /job/{id}/media`: what a job was made from, with ranges.
struct MediaHandler: Sendable {
    let ports: WebUI.Ports
    /// Threads that may wait for a disk.
    let pool: BlockingPool

    func answer(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let id = try TranscriptHandlers.id(parameters)
        return try await answer(request, id, scope: try request.visitor.scope)
    }

    func answer(_ request: HTTPRequest, _ id: JobID, scope: Owner?) async throws -> HTTPResponse {
        let found = try await PageError.guarded { try await ports.transcriptions.media(of: id, owner: scope) }
        guard let found, case .kept(let name, let bytes) = found.view.execution.media else {
            if try await PageError.guarded({ try await ports.transcriptions.job(id, owner: scope) }) == nil {
                throw PageError.noSuchJob
            }
            throw PageError.http(
                .gone, "media_gone", "The media is no longer kept; send the file again to listen.")
        }
        let source = KeptBytes(medium: found.source, pool: pool)
        let representation = Representation(
            source, contentType: try await MediaSniffer.type(of: source),
            eTag: EntityTag("\(name)-\(bytes)"),
            fields: [
                .contentDisposition: FileNames.disposition("inline", found.view.job.name),
                .cacheControl: "private, max-age=3600, no-transform",
                HTTPFieldName("X-Content-Type-Options"): "nosniff",
                // Whatever the bytes are, nothing in them runs as ours.
                HTTPFieldName("Content-Security-Policy"): "sandbox; default-src 'none'",
                HTTPFieldName("Referrer-Policy"): "no-referrer",
            ])
        return representation.response(to: request)
    }
}

/// A kept medium as the body of a response.
struct KeptBytes: ByteSource {
    private static let chunk: Int64 = 64 << 10

    let medium: any MediaSource
    let pool: BlockingPool

    var size: Int64? { medium.extent.available }

    func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws {
        let range = range ?? 0..<medium.extent.available
        var offset = range.lowerBound
        while offset < range.upperBound {
            let bytes = try await read(offset, Int(min(Self.chunk, range.upperBound - offset)))
            guard !bytes.isEmpty else { throw MediaVaultError.gone }
            try await writer.write(bytes)
            offset += Int64(bytes.count)
        }
    }

    /// Fewer bytes than asked for only at the end.
    func read(_ offset: Int64, _ count: Int) async throws -> [UInt8] {
        let medium = medium
        return try await pool.run {
            var filled = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                while filled < count, let base = buffer.baseAddress {
                    let got = pread(medium.descriptor, base + filled, count - filled, off_t(offset) + filled)
                    if got < 0, errno == EINTR { continue }
                    guard got > 0 else { break }
                    filled += got
                }
                initialized = filled
            }
            return bytes
        }
    }
}
