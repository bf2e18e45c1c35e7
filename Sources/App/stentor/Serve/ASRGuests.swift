import API
import HTTPRouting
import HTTPTypes
import IPAddresses
import Jobs

/// Lets chosen addresses use the dialect of whisper-asr-webservice without a key: its clients have none to show.
struct ASRGuests: Middleware {
    let addresses: [IPRange]

    func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        guard Dialects.whisperASR.contains(request.path), request.credential == nil,
            let address = request.remoteAddress, addresses.contains(where: { $0.contains(address) })
        else { return try await next.respond(to: request) }
        var request = request
        request.attributes[Principal.Key.self] = Principal(owner: Owner("asr:\(address)"), isAdmin: false)
        return try await next.respond(to: request)
    }
}
