import CloudRouting
import HTTPClient
import HTTPTypes
import Transcription

/// Audio on its way to a provider.
struct AudioUpload: Sendable {
    /// Providers read the format from its extension.
    let fileName: String
    let contentType: String
    let body: OutgoingBody
}

/// How one service is asked, and how its answers are read.
protocol ProviderDialect: Sendable {
    var account: ProviderAccount { get }
    func request(_ upload: AudioUpload, _ options: RecognitionOptions) -> HTTPClientRequest
    /// Reads the body of a 200.
    func recognition(_ body: [UInt8]) throws(ProviderError) -> Recognition
    /// Reads everything else.
    func error(_ status: Int, _ fields: HTTPFields, _ body: [UInt8]) -> ProviderError
}
