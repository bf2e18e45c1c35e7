import HTTPRouting
import HTTPTypes

/// `GET /api/gpu-status`.
enum GPUStatus {
    private struct Body: Encodable {
        let available: Bool
        let gpus: [String]
        let message: String
    }

    static func response() throws -> HTTPResponse {
        try .json(Body(available: false, gpus: [], message: "No GPU is used: the engines here run on the processor."))
    }
}
