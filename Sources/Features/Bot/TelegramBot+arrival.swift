import Accounts
import BotAPI
import Jobs
import Telemetry

extension TelegramBot {
    /// Seconds that one question for updates waits.
    private static let longPoll = 50
    /// After a week without updates their numbers begin anywhere (https://core.telegram.org/bots/api#update).
    private static let numbersHold = 6 * 86_400.0

    /// Brings updates in, one way or the other.
    func arrive() async {
        do {
            switch configuration.arrival {
            case .webhook(let url, let secret):
                try await persistently("setWebhook") { try await $0.setWebhook(url: url, secret: secret) }
                ports.log.note(LogEvent(.info, "telegram webhook set"))
            case .polling:
                try await persistently("deleteWebhook") { try await $0.deleteWebhook() }
                try await poll()
            }
        } catch {
            // Refused, which was said, or the program ends.
        }
    }

    private func poll() async throws {
        var (offset, last) = try await position()
        var delay = 1.0
        while !Task.isCancelled {
            do {
                if ports.clock.now().wall - last > Self.numbersHold { offset = nil }
                let updates = try await ports.courier.client.getUpdates(offset: offset, timeout: Self.longPoll)
                delay = 1
                if updates.isEmpty { continue }
                try await receive(updates)
                // Confirmed by the next question, now that they are kept.
                offset = updates.map(\.updateId).max().map { $0 + 1 }
                last = ports.clock.now().wall
            } catch let error as BotAPIError {
                try await explain(error)
                try await Task.sleep(for: .seconds(max(delay, Double(min(error.retryAfter ?? 0, 600)))))
                delay = min(delay * 2, 30)
            } catch let error as AccountStoreError {
                await stumble("updates", error)
            }
        }
    }

    private func position() async throws -> (offset: Int64?, last: Double) {
        while true {
            do {
                guard let last = try await ports.store.lastUpdate() else { return (nil, ports.clock.now().wall) }
                return (last.id + 1, last.at)
            } catch {
                await stumble("last update", error)
                try Task.checkCancellation()
            }
        }
    }

    private func explain(_ error: BotAPIError) async throws {
        switch error.code {
        case .conflict:
            ports.log.note(
                LogEvent(
                    .error, "telegram conflict",
                    [
                        "reason":
                            "another program asks for this bot's updates, or set a webhook for it: stop it, or use another token"
                    ]))
        case .unauthorized:
            ports.log.note(
                LogEvent(
                    .error, "telegram bot stopped", ["reason": "Telegram refuses the token: check TELEGRAM_BOT_TOKEN"]))
            throw error
        default:
            ports.log.note(LogEvent(.warning, "telegram not reached", ["reason": .text(error.description)]))
        }
    }
}
