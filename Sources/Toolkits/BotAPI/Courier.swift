internal import EventLoops

/// Brings messages to chats at the pace Telegram allows, and again when it failed in a way that passes.
public actor Courier {
    /// What to do when it is not known whether a call was carried out.
    public enum Doubt: Sendable {
        /// Doing it twice does no harm.
        case again
        /// Doing it twice would: the error is thrown.
        case giveUp
    }

    /// Between tries while Telegram is away: seconds at first and at most.
    private static let firstDelay = 0.5
    private static let longestDelay = 20.0

    public nonisolated let client: BotClient
    private var pacer = Pacer()
    private var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    /// Asks again when the next place is due; replaced, never awaited: it only rings.
    private var alarm: Task<Void, Never>?

    public init(_ client: BotClient) { self.client = client }

    /// Waits for this chat's turn and calls `work`, again as long as Telegram is away or asks for a pause.
    /// - Throws: `BotAPIError` for what will not change, `CancellationError`.
    public nonisolated func deliver<Value: Sendable>(
        to chat: Int64, _ priority: Pacer.Priority, inDoubt doubt: Doubt = .again,
        _ work: @Sendable (BotClient) async throws -> Value
    ) async throws -> Value {
        var delay = Self.firstDelay
        while true {
            try await turn(chat, priority)
            do {
                return try await work(client)
            } catch let error as BotAPIError {
                switch error.code {
                case .tooManyRequests: await pause(chat, seconds: error.retryAfter ?? 1)
                case .server, .unreachable: try await Self.wait(&delay)
                case .uncertain, .malformed:
                    guard doubt == .again else { throw error }
                    try await Self.wait(&delay)
                default: throw error
                }
            }
        }
    }

    private static func wait(_ delay: inout Double) async throws {
        // Many that wait for the same server do not all come back at once.
        try await Task.sleep(for: .seconds(delay * Double.random(in: 0.8...1.2)))
        delay = min(delay * 2, longestDelay)
    }

    private func pause(_ chat: Int64, seconds: Int) {
        pacer.pause(chat: chat, until: .now() + .seconds(min(max(seconds, 1), 3600)))
    }

    private func turn(_ chat: Int64, _ priority: Pacer.Priority) async throws {
        let number = pacer.enter(chat: chat, priority)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    pacer.leave(number)
                    return continuation.resume(throwing: CancellationError())
                }
                waiters[number] = continuation
                serve()
            }
        } onCancel: {
            // Awaited by nobody: it touches only the line.
            Task { await self.leave(number) }
        }
    }

    private func leave(_ number: Int) {
        pacer.leave(number)
        waiters.removeValue(forKey: number)?.resume(throwing: CancellationError())
    }

    private func serve() {
        let now = MonotonicTime.now()
        let (numbers, next) = pacer.grant(now)
        for number in numbers { waiters.removeValue(forKey: number)?.resume() }
        alarm?.cancel()
        alarm = next.map { next in
            Task {
                do {
                    try await Task.sleep(for: next - now)
                    self.serve()
                } catch {
                    // Replaced by a newer one.
                }
            }
        }
    }
}
