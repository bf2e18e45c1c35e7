import API
import Accounts
import HTTPRouting
import HTTPTypes
import IPAddresses
import Jobs

/// Lets chosen addresses use the dialect of whisper-asr-webservice without a key: its clients have none to show.
///
/// Programs only: an address proves nothing about a page that somebody at it happens to visit.
struct ASRGuests: Middleware {
    let addresses: [IPRange]

    func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        guard let address = guest(request) else { return try await next.respond(to: request) }
        var request = request
        request.attributes[Identity<Principal>.self] = Principal(owner: Owner("asr:\(address)"), isAdmin: false)
        return try await next.respond(to: request)
    }

    /// The address of a program that shows no key and needs none.
    private func guest(_ request: HTTPRequest) -> IPAddress? {
        // A key that is shown must be right; and only browsers send the last two.
        let others = [.authorization, HTTPFieldName("X-API-Key"), .origin, .secFetchSite]
        guard Dialects.whisperASR.contains(request.path), !others.contains(where: request.fields.contains),
            let address = request.remoteAddress, addresses.contains(where: { $0.contains(address) })
        else { return nil }
        return address
    }
}
