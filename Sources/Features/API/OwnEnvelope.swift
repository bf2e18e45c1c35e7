public import HTTPRouting
import HTTPTypes

/// Errors as Stentor's own routes tell them.
public enum OwnEnvelope {
    private struct Body: Encodable {
        struct Reason: Encodable {
            let code: String
            let message: String
        }

        let error: Reason
        let request_id: String?
    }

    public static let envelope: ErrorEnvelopes.Envelope = { error, id in
        let body = Body(error: .init(code: ErrorTable.code(of: error), message: error.message), request_id: id)
        return (try? HTTPResponse.json(body, status: error.status)) ?? .text(error.message, status: error.status)
    }
}
