public import HTTPTypes
internal import WebSockets

extension HTTPResponse {
    /// Accepts the WebSocket handshake of `request` and runs `upgrade` on it.
    ///
    /// - Parameter subprotocol: one of those the client offers, if the handler speaks it.
    /// - Throws: 400 or 426 for a request that is no handshake.
    public static func webSocket(
        _ request: HTTPRequest, subprotocol: String? = nil, _ upgrade: WebSocketUpgrade
    ) throws(HTTPError) -> HTTPResponse {
        var response = HTTPResponse(
            .switchingProtocols, fields: [.secWebSocketAccept: try WebSocketHandshake.accept(request)])
        if let subprotocol, request.fields.list(of: .secWebSocketProtocol).contains(where: { $0 == subprotocol }) {
            response.fields[.secWebSocketProtocol] = subprotocol
        }
        response.upgrade = upgrade
        return response
    }
}
