public import HTTPTypes

/// The head of a response, and its body as it arrives.
public struct HTTPClientResponse: Sendable {
    public let status: HTTPStatus
    public let fields: HTTPFields
    /// The body. The server is held back while nobody reads; letting the response go ends the transfer.
    public let body: IncomingBody
    /// Where the response came from, after redirects.
    public let url: String
    /// The number of redirects that were followed.
    public let redirectCount: Int
}
