internal import EventLoops
internal import FoundationEssentials
internal import Glibc
internal import HTTPClient
internal import HTTPTypes

extension BotClient {
    /// Where a file can be had, for an hour at least.
    public func getFile(_ id: String) async throws -> RemoteFile {
        struct Parameters: Encodable { let fileId: String }
        // A self-hosted server answers once it has the whole file.
        return try await call("getFile", Parameters(fileId: id), timeout: isSelfHosted ? .seconds(3600) : .seconds(30))
    }

    /// Hands over a file's bytes as they come.
    /// - Throws: `BotAPIError`, or what `take` throws.
    public func download(_ file: RemoteFile, _ take: ([UInt8]) async throws -> Void) async throws {
        guard let path = file.filePath else { throw BotAPIError(.noFile, "Telegram has no place for this file.") }
        if isSelfHosted, path.hasPrefix("/") { return try await LocalFile.read(path, take) }
        guard Self.isPlain(path) else { throw BotAPIError(.malformed, "Telegram named a file in a strange way.") }
        var request = HTTPClientRequest(
            .get, "\(base)/file/bot\(token.text)/\(path)", fields: ["Accept-Encoding": "identity"])
        request.timeouts.total = .seconds(3600)
        request.timeouts.minimumRate = .init(bytesPerSecond: 1024, over: .seconds(30))
        do {
            let response = try await http.execute(request)
            guard response.status.code == 200 else { throw Self.refusal(response.status.code) }
            for try await bytes in response.body { try await take(bytes) }
        } catch let error as HTTPClientError {
            throw BotAPIError(error)
        }
    }

    static func refusal(_ status: Int) -> BotAPIError {
        switch status {
        case 500...: BotAPIError(.server, "Telegram's file server answered with status \(status).")
        case 429: BotAPIError(.tooManyRequests, "Telegram's file server asks for a pause.")
        case 401: BotAPIError(.unauthorized, "Telegram does not know this bot any more.")
        default: BotAPIError(.noFile, "Telegram no longer has this file.")
        }
    }

    /// It becomes part of a URL.
    static func isPlain(_ path: String) -> Bool {
        !path.isEmpty && path.utf8.count < 512 && !path.split(separator: "/").contains("..")
            && path.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || [0x2d, 0x2e, 0x2f, 0x5f].contains(byte)
            }
    }
}

/// A file of a self-hosted Bot API server on the same machine, which names it by its absolute path.
private enum LocalFile {
    private static let pieceSize = 256 * 1024

    static func read(_ path: String, _ take: ([UInt8]) async throws -> Void) async throws {
        let pool = try BlockingPool(threads: 1, queue: 4, name: "bot-file")
        defer { pool.shutDown() }
        let descriptor = try await pool.run { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        guard descriptor >= 0 else {
            throw BotAPIError(
                .noFile, "The Bot API server keeps the file at a path that this server cannot read; share its folder.")
        }
        defer { close(descriptor) }
        while true {
            let bytes = try await pool.run { piece(descriptor) }
            guard let bytes else { throw BotAPIError(.noFile, "The Bot API server's file cannot be read.") }
            if bytes.isEmpty { return }
            try await take(bytes)
        }
    }

    /// `nil` when it cannot be read, empty at its end.
    private static func piece(_ descriptor: CInt) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: pieceSize)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }
}
