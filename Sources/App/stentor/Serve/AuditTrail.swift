import Accounts
import FoundationEssentials
import HTTPRouting
import HTTPTypes
import IPAddresses
import Jobs
import Telemetry

/// Writes down what changes the server or removes something, before it is answered.
struct AuditTrail: Middleware {
    let file: AuditFile
    let clock = SystemClock()
    let log: any EventLog

    /// Where changes are written down, with the number of the part that is an id.
    private static let watched: [(method: HTTPMethod, start: [String], id: Int?)] = [
        (.post, ["keys"], nil), (.delete, ["keys"], 1), (.post, ["cache", "clear"], nil),
        (.post, ["api", "cache", "clear"], nil), (.post, ["jobs", "pause"], nil), (.post, ["jobs", "resume"], nil),
        (.post, ["jobs", "prune"], nil), (.delete, ["job"], 1), (.delete, ["api", "transcribe", "async"], 3),
        (.delete, ["ui", "jobs"], 2), (.post, ["ui", "care", "models"], 3), (.post, ["ui", "care", "keys"], nil),
        (.delete, ["ui", "care", "keys"], 3), (.delete, ["uploads"], 1),
    ]

    func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        guard let (action, target) = Self.action(request.method, request.path) else {
            return try await next.respond(to: request)
        }
        do {
            let response = try await next.respond(to: request)
            await note(request, action, target, response.status)
            return response
        } catch {
            await note(request, action, target, (error as? HTTPError)?.status ?? .internalServerError)
            throw error
        }
    }

    /// `nil` for what is not watched.
    static func action(_ method: HTTPMethod, _ path: String) -> (action: String, target: String?)? {
        let parts = path.split(separator: "/").map(String.init)
        guard let found = watched.first(where: { $0.method == method && parts.starts(with: $0.start) }) else {
            return nil
        }
        let target = found.id.flatMap { parts.indices.contains($0) ? String(parts[$0].prefix(64)) : nil }
        return ("\(method.name) /" + found.start.joined(separator: "/"), target)
    }

    private func note(_ request: HTTPRequest, _ action: String, _ target: String?, _ status: HTTPStatus) async {
        let entry = AuditFile.Entry(
            time: Date(timeIntervalSince1970: clock.now().wall).formatted(.iso8601),
            who: request.attributes[Identity<Principal>.self]?.owner.text ?? "nobody",
            address: request.remoteAddress?.description, action: action, target: target, status: status.code)
        do {
            try await file.append(entry)
        } catch {
            // The change is made; a full disk must not hide that from whoever made it.
            log.note(LogEvent(.error, "audit not written", ["action": .text(action)]))
        }
    }
}
