import CSystem
import EventLoops
import FakeTelegram
import FoundationEssentials
import Glibc
import HTTPClient
import HTTPRanges
import HTTPRouting
import HTTPServer
import HTTPTypes
import IPAddresses

/// Telegram's Bot API on a loopback port, with chats that tests fill, and its data centres on ports of their own, where the
/// same files are read by MTProto. Never shipped.
///
///     fake-telegram [--port 8081] [--token 1:letters] [--username stentor_bot] [--dc-ports 2=7002,4=7004] [--home 2]
///         [--files local] [--delay MS]
///
/// `--files local`: files of any size, as a self-hosted server has them; `--delay`: before each of their parts.
@main
struct Program {
    static func main() throws {
        csystem_limit_memory_arenas()
        var port: UInt16 = 0
        var token = "4242:simulated-token-of-a-bot"
        var username = "stentor_bot"
        var isLocal = false
        var delay = 0
        var ports: [Int: UInt16] = [2: 0, 4: 0]
        var home = 2
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { break }
            switch word {
            case "--port": port = UInt16(value) ?? 0
            case "--token": token = value
            case "--username": username = value
            case "--files": isLocal = value == "local"
            case "--delay": delay = Int(value) ?? 0
            case "--home": home = Int(value) ?? 2
            case "--dc-ports":
                ports = [:]
                for pair in value.split(separator: ",") {
                    let parts = pair.split(separator: "=")
                    if parts.count == 2, let number = Int(parts[0]) { ports[number] = UInt16(parts[1]) ?? 0 }
                }
            default: exit(2)
            }
        }
        let settings = (port, token, username)
        let centres = (ports, home)
        let files = (isLocal, delay)
        try MainThread.run(blocking: [SIGTERM, SIGINT]) {
            try await serve(
                settings.0, settings.1, settings.2, centres.0, home: centres.1, isLocal: files.0, delay: files.1)
        }
    }

    private static func serve(
        _ port: UInt16, _ token: String, _ username: String, _ ports: [Int: UInt16], home: Int, isLocal: Bool,
        delay: Int
    ) async throws {
        let loops = try EventLoopGroup(count: 2)
        let dataCentres = FakeDataCentres(ports.keys.sorted(), on: loops.loops[1])
        dataCentres.addBot(token, home: home)
        try await dataCentres.start(ports: ports)
        let signals = try await SignalWatcher([SIGTERM, SIGINT], on: loops.loops[0])
        let client = try HTTPClient(on: loops.loops[0])
        let telegram = Telegram(token: token, username: username, isLocal: isLocal, dataCentres: dataCentres)
        var configuration = HTTPServerConfiguration(addresses: [.tcp(IPAddress(v4: 0x7f00_0001), port: port)])
        configuration.limits.connectionsPerAddress = .max
        let front = Front(telegram: telegram, client: client, delay: delay)
        let server = try HTTPServer(configuration, on: loops, responder: front.application())
        for case .tcp(_, let bound) in try await server.start() {
            // Scripts wait for this line, so it is not left in a buffer.
            print("listening on http://127.0.0.1:\(bound)")
            for (number, port) in dataCentres.ports.sorted(by: { $0.key < $1.key }) {
                print("data centre \(number) on 127.0.0.1:\(port)")
            }
            print(dataCentres.pem)
            fflush(nil)
        }
        for await _ in signals.signals { break }
        await server.drain(deadline: .zero)
        await dataCentres.stop()
        await client.shutDown()
        await loops.shutDown()
    }
}

/// The Bot API's addresses over the simulated Telegram.
struct Front: Sendable {
    let telegram: Telegram
    let client: HTTPClient
    /// Milliseconds before a file's bytes: the way there and back.
    let delay: Int

    func application() -> Application {
        var router = Router()
        Control(telegram: telegram, deliver: deliver).addRoutes(to: &router)
        let method: Router.Handler = { request, parameters in
            try await answer(request, token: parameters["token"], method: parameters["method"])
        }
        router.on(.get, "/{token}/{method}", method)
        router.on(.post, "/{token}/{method}", method)
        router.get("/file/{token}/{path...}") { request, parameters in
            try await file(request, token: parameters["token"], path: parameters["path"])
        }
        return Application(router: router)
    }

    private func file(_ request: HTTPRequest, token: String, path: String) async throws -> HTTPResponse {
        guard token == "bot" + telegram.token else { throw HTTPError(.unauthorized, "Unauthorized") }
        if await telegram.isDown { throw HTTPError(HTTPStatus(502), "Bad Gateway") }
        let fault = await telegram.nextFault("file")
        if let fault, fault.kind != "cut" { throw HTTPError(HTTPStatus(Int(fault.code)), fault.text) }
        if delay > 0 { try await Task.sleep(for: .milliseconds(delay)) }
        guard let content = await telegram.content(path: path) else { throw HTTPError(.notFound, "Not Found") }
        let whole = Representation(content, contentType: "application/octet-stream").response(to: request)
        return fault == nil ? whole : Self.cut(whole)
    }

    private func answer(_ request: HTTPRequest, token: String, method: String) async throws -> HTTPResponse {
        guard token == "bot" + telegram.token else {
            return Self.failure(Refusal(code: 401, description: "Unauthorized"))
        }
        let call = try await Call.read(request)
        if await telegram.isDown { throw HTTPError(HTTPStatus(502), "Bad Gateway") }
        let fault = await telegram.nextFault(method, chat: call.whole("chat_id"))
        if let fault {
            switch fault.kind {
            case "429":
                return Self.failure(
                    Refusal(
                        code: 429, description: "Too Many Requests: retry after \(fault.code)", retryAfter: fault.code))
            case "slow": try await Task.sleep(for: .milliseconds(fault.code))
            case "late": break
            case "drop": return Self.broken
            default: return Self.failure(Refusal(code: Int(fault.code), description: fault.text))
            }
        }
        do {
            if let wait = await telegram.pace(method, call) {
                throw Refusal(
                    code: 429, description: "Too Many Requests: retry after \(wait)", retryAfter: wait)
            }
            let result = try await telegram.perform(method, call)
            if fault?.kind == "late" { return Self.broken }
            return Control.json(["ok": true, "result": result])
        } catch let refusal as Refusal {
            return Self.failure(refusal)
        }
    }

    /// An answer that breaks off at once.
    private static var broken: HTTPResponse {
        struct Broken: Error {}
        return HTTPResponse(.ok, body: .stream(length: 10) { _ in throw Broken() })
    }

    /// The same answer, which breaks off after a thousand bytes.
    private static func cut(_ response: HTTPResponse) -> HTTPResponse {
        struct Broken: Error {}
        var response = response
        response.body = .stream(length: response.body.length ?? 10_000) { writer in
            try await writer.write(Array(repeating: 0x21, count: 1000))
            throw Broken()
        }
        return response
    }

    private static func failure(_ refusal: Refusal) -> HTTPResponse {
        var value: JSONValue = [
            "ok": false, "error_code": .whole(Int64(refusal.code)), "description": .text(refusal.description),
        ]
        if let wait = refusal.retryAfter { value["parameters"] = ["retry_after": .whole(wait)] }
        return Control.json(value, status: HTTPStatus(refusal.code))
    }

    /// Calls the bot's webhook until it takes the update.
    private func deliver(_ update: JSONValue) async {
        guard let webhook = await telegram.webhook, let id = update["update_id"]?.whole else { return }
        for _ in 0..<50 {
            var request = HTTPClientRequest(
                .post, webhook.url, fields: [.contentType: "application/json"], body: .bytes(update.bytes))
            request.fields[HTTPFieldName("X-Telegram-Bot-Api-Secret-Token")] = webhook.secret
            if let response = try? await client.execute(request), response.status.code == 200 {
                return await telegram.delivered(id)
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}

extension Telegram {
    var isDown: Bool { now() < faults.downUntil }

    func nextFault(_ method: String, chat: Int64? = nil) -> FaultPlan.Fault? { faults.next(method, chat: chat) }

    /// Notes the call; seconds to wait for a message too many.
    func pace(_ method: String, _ call: Call) -> Int64? {
        var note: JSONValue = ["method": .text(method), "at": .number(now())]
        note["chat"] = call.whole("chat_id").map { .whole($0) }
        if method != "getUpdates" { calls.append(note) }
        guard Self.paced.contains(method), let chat = call.whole("chat_id") else { return nil }
        return paces.refuse(chat, now())
    }
}
