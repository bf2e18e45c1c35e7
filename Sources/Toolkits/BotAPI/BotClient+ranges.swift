internal import EventLoops
internal import Glibc
internal import HTTPClient
internal import HTTPTypes

extension BotClient {
    /// A part of a file: as many bytes as asked for, fewer where the file ends.
    /// - Throws: `BotAPIError`; `noFile` also when the place that `getFile` named is no longer valid.
    public func read(_ file: RemoteFile, from offset: Int64, count: Int) async throws -> [UInt8] {
        guard let path = file.filePath else { throw BotAPIError(.noFile, "Telegram has no place for this file.") }
        if isSelfHosted, path.hasPrefix("/") { return try await LocalPart.read(path, offset, count) }
        guard Self.isPlain(path) else { throw BotAPIError(.malformed, "Telegram named a file in a strange way.") }
        var request = HTTPClientRequest(
            .get, "\(base)/file/bot\(token.text)/\(path)", fields: ["Accept-Encoding": "identity"])
        request.fields[.range] = "bytes=\(offset)-\(offset + Int64(count) - 1)"
        request.timeouts.total = .seconds(120)
        request.timeouts.minimumRate = .init(bytesPerSecond: 1024, over: .seconds(15))
        do {
            let response = try await http.execute(request)
            switch response.status.code {
            case 206:
                guard response.fields[.contentRange]?.hasPrefix("bytes \(offset)-") == true else {
                    throw BotAPIError(.malformed, "Telegram's file server sent another part than was asked for.")
                }
                return try await Self.part(response.body, from: 0, count: count)
            // A server that knows no ranges sends everything.
            case 200: return try await Self.part(response.body, from: offset, count: count)
            case 416: return []
            default: throw Self.refusal(response.status.code)
            }
        } catch let error as HTTPClientError {
            throw BotAPIError(error)
        }
    }

    private static func part(_ body: IncomingBody, from offset: Int64, count: Int) async throws -> [UInt8] {
        var toSkip = offset
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for try await chunk in body {
            let skipped = min(toSkip, Int64(chunk.count))
            toSkip -= skipped
            bytes.append(contentsOf: chunk[Int(skipped)...].prefix(count - bytes.count))
            if bytes.count == count { break }
        }
        return bytes
    }
}

/// A part of a file of a self-hosted Bot API server on the same machine.
private enum LocalPart {
    static func read(_ path: String, _ offset: Int64, _ count: Int) async throws -> [UInt8] {
        let pool = try BlockingPool(threads: 1, queue: 1, name: "bot-file")
        defer { pool.shutDown() }
        return try await pool.run {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else {
                throw BotAPIError(
                    .noFile,
                    "The Bot API server keeps the file at a path that this server cannot read; share its folder.")
            }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: count)
            var filled = 0
            while filled < count {
                let got = bytes.withUnsafeMutableBytes { buffer in
                    pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, Int(offset) + filled)
                }
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw BotAPIError(.noFile, "The Bot API server's file cannot be read.") }
                if got == 0 { break }
                filled += got
            }
            return Array(bytes.prefix(filled))
        }
    }
}
