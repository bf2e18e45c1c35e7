import EventLoops
import HTTPRanges
import HTTPRouting
import HTTPTypes
import Streaming
import Telemetry

/// `GET` and `HEAD` of a file: all ranges and conditions are the engine's one implementation.
struct StreamHandler: Sendable {
    let ports: Links.Ports
    let gate: Gate

    func answer(
        _ request: HTTPRequest, _ parameters: PathParameters, _ method: LinkMethod
    ) async throws -> HTTPResponse {
        let record = try await ports.office.judged(parameters["link"], method)
        let file = record.file
        let begun = MonotonicTime.now()
        let source = RemoteBytes(
            viewer: await ports.shelf.open(file),
            passage: try gate.enter(link: record.id.text, address: request.remoteAddress), metrics: ports.metrics)
        let type = MediaTypes.sent(MediaTypes.type(of: file))
        let representation = Representation(
            source, contentType: type, eTag: EntityTag("\(file.uniqueID)-\(file.size)"),
            fields: [
                .contentDisposition: FileNames.disposition(
                    method == .download ? "attachment" : "inline", file.name),
                // Who has the link may keep the file; nobody between.
                .cacheControl: "private, max-age=3600, no-transform",
                HTTPFieldName("X-Content-Type-Options"): "nosniff",
                HTTPFieldName("Referrer-Policy"): "no-referrer",
                HTTPFieldName("X-Robots-Tag"): "noindex",
            ])
        let response = representation.response(to: request)
        if request.method == .get, let first = Self.firstRange(of: response, size: file.size) {
            do {
                // What cannot be had is said with a status, not with a body that breaks off.
                try await source.viewer.prepare(first)
            } catch {
                throw Self.failure(error)
            }
            let seconds = Double((MonotonicTime.now() - begun).nanoseconds) / 1e9
            ports.metrics.observe(seconds, in: .init("stentor_stream_first_byte_seconds"))
            ports.metrics.add(to: .init("stentor_stream_responses_total", ["method": Self.word(method)]))
        }
        return response
    }

    /// The first bytes that will be sent; `nil` when none are, or when they are parts of many.
    private static func firstRange(of response: HTTPResponse, size: Int64) -> Range<Int64>? {
        if response.status == .ok { return size > 0 ? 0..<size : nil }
        // `bytes 5-9/100`, as the engine writes it.
        guard response.status == .partialContent, let value = response.fields[.contentRange] else { return nil }
        let numbers = value.dropFirst(6).split { $0 == "-" || $0 == "/" }.compactMap { Int64($0) }
        return numbers.count == 3 ? numbers[0]..<numbers[1] + 1 : nil
    }

    private static func word(_ method: LinkMethod) -> String {
        switch method {
        case .stream: "stream"
        case .download: "download"
        case .watch: "watch"
        }
    }

    private static func failure(_ failure: BlockFailure) -> any Error {
        switch failure {
        case .gone, .unknownFile:
            HTTPError(.gone, "Telegram no longer has this file; ask for a new link.")
        case .forbidden: HTTPError(.forbidden, "The bot may not read this file; its sender protected it.")
        case .busy(let seconds):
            HTTPError(
                .serviceUnavailable, "Telegram asks for a pause; try again in \(seconds) s.",
                fields: [.retryAfter: String(seconds)])
        case .unreachable:
            HTTPError(
                .badGateway, "Telegram cannot be reached; try again in a minute.", fields: [.retryAfter: "60"])
        case .short:
            HTTPError(.badGateway, "Telegram sent less than the file's size; try again.", fields: [.retryAfter: "10"])
        case .cancelled: CancellationError()
        }
    }
}

/// A file elsewhere as the body of a response.
private struct RemoteBytes: ByteSource {
    let viewer: FileViewer
    let passage: Passage
    let metrics: Metrics

    var size: Int64? { viewer.file.size }

    func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws {
        var sent = 0
        defer { metrics.add(Double(sent), to: .init("stentor_stream_bytes_total")) }
        try await viewer.read(range ?? 0..<viewer.file.size) { bytes in
            try await passage.pass(bytes.count)
            try await writer.write(bytes)
            sent += bytes.count
        }
    }
}

extension LinkOffice {
    /// What a link leads to, or the answer for one that leads nowhere.
    func judged(_ link: String, _ method: LinkMethod) async throws -> LinkRecord {
        do {
            return try await record(for: link, method)
        } catch let refusal as Refusal {
            switch refusal {
            case .forged: throw HTTPError(.notFound, "There is nothing at this address.")
            case .expired: throw HTTPError(.gone, "This link has expired; ask for a new one.")
            case .revoked: throw HTTPError(.gone, "This link was withdrawn.")
            }
        } catch is LinkStoreError {
            throw HTTPError(
                .serviceUnavailable, "Links cannot be looked up now; try again.", fields: [.retryAfter: "5"])
        }
    }
}
