public import BotAPI
import Jobs
public import Streaming

/// Blocks of files through the Bot API: what works without an API id, for files of up to 20 MB.
///
/// The addresses that `getFile` gives hold the bot's token; they stay in here.
public actor BotAPIBlocks: BlockSource {
    /// Seconds that an address is used; Telegram keeps it valid for an hour.
    private static let validity = 3000.0
    private static let mostPlaces = 1000
    /// Seconds between tries.
    private static let delays = [0.3, 1.0, 3.0]
    /// Seconds of a pause that is waited for here.
    private static let longestPause = 10

    private let client: BotClient
    private let now: @Sendable () -> Double
    private var places: [String: (place: BotAPI.RemoteFile, until: Double)] = [:]
    /// Awaited by everybody who needs the same address.
    private var asking: [String: Task<BotAPI.RemoteFile, any Error>] = [:]

    /// - Parameter now: seconds on a clock that never goes back.
    public init(_ client: BotClient, now: @escaping @Sendable () -> Double) {
        self.client = client
        self.now = now
    }

    public func read(_ block: Block, of file: Streaming.RemoteFile) async throws(BlockFailure) -> [UInt8] {
        var tries = 0
        while true {
            do {
                let place = try await place(of: file.id)
                return try await client.read(place, from: block.offset, count: block.count)
            } catch let error as BotAPIError {
                // The address may have become invalid: once more with a new one.
                let wasOld = error.code == .noFile && places.removeValue(forKey: file.id) != nil
                guard tries < Self.delays.count, let pause = wasOld ? 0 : Self.pause(error, tries) else {
                    throw Self.failure(error)
                }
                tries += wasOld ? Self.delays.count - 1 : 1
                do { try await Task.sleep(for: .seconds(pause)) } catch { throw .cancelled }
            } catch is CancellationError {
                throw .cancelled
            } catch {
                throw .unreachable
            }
        }
    }

    private func place(of id: String) async throws -> BotAPI.RemoteFile {
        if let known = places[id], known.until > now() { return known.place }
        if let task = asking[id] { return try await task.value }
        let task = Task { [client] in try await client.getFile(id) }
        asking[id] = task
        defer { asking[id] = nil }
        let place = try await task.value
        if places.count >= Self.mostPlaces { places = places.filter { $0.value.until > now() } }
        if places.count >= Self.mostPlaces { places = [:] }
        places[id] = (place, now() + Self.validity)
        return place
    }

    private static func pause(_ error: BotAPIError, _ tries: Int) -> Double? {
        switch error.code {
        case .server, .unreachable, .uncertain: delays[tries]
        case .tooManyRequests:
            error.retryAfter.flatMap { $0 <= longestPause ? Double($0) : nil }
        default: nil
        }
    }

    private static func failure(_ error: BotAPIError) -> BlockFailure {
        switch error.code {
        case .tooManyRequests: .busy(seconds: error.retryAfter ?? 60)
        case .noFile, .noMessage: .gone
        case .forbidden: .forbidden
        case .fileTooBig, .refused: .unknownFile
        default: .unreachable
        }
    }
}
