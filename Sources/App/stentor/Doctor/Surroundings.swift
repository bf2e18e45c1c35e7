import BotAPI
import EventLoops
import FoundationEssentials
import Glibc
import HTTPClient
import HTTPTypes
import Settings

/// What lies outside of the installation: the disk, the clock, and Telegram when a bot is set.
struct Surroundings {
    private static let little: Int64 = 2_000_000_000
    private static let furthest = 30.0

    let settings: Settings

    func findings() async throws -> [Finding] {
        guard let token = settings.telegram.token else {
            return [disk(), Finding(.warning, "clock", "not compared: nothing outside is asked without a bot")]
        }
        let loop = try EventLoop(name: "doctor")
        let client = try HTTPClient(on: loop)
        let asked = await telegram(token, client)
        await client.shutDown()
        await loop.shutDown()
        return [disk()] + asked
    }

    private func disk() -> Finding {
        var status = statvfs()
        guard statvfs(settings.dataFolder, &status) == 0 else {
            return Finding(.missing, "disk", "the data folder cannot be looked at; STENTOR_DATA_DIR names another")
        }
        let free = Int64(clamping: status.f_bavail) * Int64(clamping: status.f_frsize)
        let text = "\(free / 1_000_000) MB free under the data folder"
        return free < Self.little
            ? Finding(.warning, "disk", text + ": uploads are refused when it is full") : Finding(.good, "disk", text)
    }

    private struct Answer: Decodable {
        struct Bot: Decodable { let username: String? }
        let ok: Bool
        let result: Bot?
    }

    /// One question tells both: whether the token is good, and what time it is there. The token is in no sentence.
    private func telegram(_ token: Secret, _ client: HTTPClient) async -> [Finding] {
        let base = settings.telegram.base ?? BotClient.telegram
        do {
            var request = HTTPClientRequest(.get, "\(base)/bot\(token.reveal())/getMe")
            request.timeouts.total = .seconds(10)
            let response = try await client.execute(request)
            let body = try await response.body.collect(upTo: 1 << 20)
            let here = Date().timeIntervalSince1970
            let answer = try? JSONDecoder().decode(Answer.self, from: Data(body))
            let bot =
                answer?.ok == true
                ? Finding(.good, "Telegram", "the bot is \(answer?.result?.username.map { "@" + $0 } ?? "there")")
                : Finding(
                    .missing, "Telegram",
                    response.status == .unauthorized || response.status == .notFound
                        ? "the token is refused: check TELEGRAM_BOT_TOKEN"
                        : "it answers \(response.status.code); try again later")
            return [bot, clock(response.fields[.date], here)]
        } catch {
            let code = (error as? HTTPClientError).map { "\($0.code)" } ?? "no answer"
            return [
                Finding(
                    .missing, "Telegram", "it cannot be reached (\(code)): look at the network and TELEGRAM_API_BASE"),
                Finding(.warning, "clock", "not compared: Telegram was not reached"),
            ]
        }
    }

    private func clock(_ header: String?, _ here: Double) -> Finding {
        guard let there = header.flatMap({ HTTPDate.parse($0) }) else {
            return Finding(.warning, "clock", "not compared: Telegram did not tell the time")
        }
        let ahead = here - Double(there)
        guard abs(ahead) > Self.furthest else { return Finding(.good, "clock", "agrees with Telegram's") }
        return Finding(
            .warning, "clock",
            "\(Int(abs(ahead))) s \(ahead > 0 ? "ahead of" : "behind") Telegram's: links and signatures end at wrong times; "
                + "set it (systemd-timesyncd, chrony)")
    }
}
