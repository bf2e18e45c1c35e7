import HTTPClient
import HTTPTypes

/// What came of sending an announcement.
enum CallbackAnswer: Equatable {
    case delivered
    /// Never send anything about this again: the receiver says so, or nothing may be sent there.
    case refused(String)
    /// - Parameter wish: seconds that the receiver asks to be left alone.
    case failed(String, wish: Double?)

    /// Only 2xx is a delivery (Standard Webhooks, "Webhook Operations"); a redirect leads to nobody who was named.
    init(status: HTTPStatus, _ fields: HTTPFields, now: Double) {
        switch status.code {
        case 200..<300: self = .delivered
        case 410: self = .refused("the receiver wants no more")
        default:
            self = .failed(
                "status \(status.code)", wish: Self.wish(fields[.retryAfter], now: now))
        }
    }

    init(_ error: any Error) {
        guard let error = error as? HTTPClientError else {
            self = .failed("nothing could be sent", wish: nil)
            return
        }
        switch error.code {
        case .refusedAddress: self = .refused("the address is not on the public internet")
        case .invalidRequest: self = .refused("the address cannot be asked")
        default: self = .failed("\(error.code)", wish: nil)
        }
    }

    /// Whole seconds, or a date (RFC 9110 section 10.2.3).
    private static func wish(_ field: String?, now: Double) -> Double? {
        guard let field else { return nil }
        if let seconds = Double(field), seconds.isFinite { return max(0, seconds) }
        return HTTPDate.parse(field).map { max(0, Double($0) - now) }
    }
}
