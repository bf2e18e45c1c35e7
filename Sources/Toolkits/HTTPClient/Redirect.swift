internal import HTTPTypes

extension OutgoingBody {
    /// Whether the body can be sent a second time.
    var isReplayable: Bool {
        if case .stream = storage { return false }
        return true
    }
}

/// The rules of RFC 9110 section 15.4 for the next request of a redirected call.
enum Redirect {
    static func location(of head: Transfer.Head) -> String? {
        let redirecting: Set<HTTPStatus> = [
            .movedPermanently, .found, .seeOther, .temporaryRedirect, .permanentRedirect,
        ]
        return redirecting.contains(head.status) ? head.fields[.location] : nil
    }

    /// Rewrites `request` for `location`, or throws where the policy forbids to go there.
    static func apply(
        _ location: String, status: HTTPStatus, from origin: URLReference, to request: inout HTTPClientRequest
    ) throws(HTTPClientError) -> URLReference {
        let target = try origin.resolving(location)
        if origin.scheme == "https", target.scheme == "http", !request.redirects.allowsDowngrade {
            throw HTTPClientError(.refusedRedirect, "the server redirects from https to http")
        }
        if !target.hasSameOrigin(as: origin) {
            guard request.redirects.allowsOtherOrigins else {
                throw HTTPClientError(.refusedRedirect, "the server redirects to another origin")
            }
            for name in request.credentialFields { request.fields[name] = nil }
        }
        let becomesGet =
            status == .seeOther && request.method != .head
            || (status == .movedPermanently || status == .found) && request.method == .post
        if becomesGet {
            request.method = .get
            request.body = .empty
            request.fields[.contentType] = nil
        } else if !request.body.isReplayable {
            throw HTTPClientError(.refusedRedirect, "the server redirects a body that cannot be sent again")
        }
        request.url = target.text
        return target
    }
}
