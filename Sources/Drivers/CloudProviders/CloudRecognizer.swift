public import CloudRouting
public import EventLoops
public import HTTPClient
import HTTPTypes
public import Transcription

/// One provider with one model as a recogniser: audio is encoded while it is sent, and never lies anywhere.
public struct CloudRecognizer: ProviderRecognizer {
    /// Bytes of the longest answer; words with times of an hour take 1 MB.
    private static let longestAnswer = 32 << 20

    public let account: ProviderAccount
    public let capabilities: RecognizerCapabilities
    private let client: HTTPClient
    let encoder: any AudioEncoder
    let wishes: CompressionWishes
    /// Reads files that go as they are.
    let files: BlockingPool?

    /// - Parameters:
    ///   - files: reads files that go as they are; without it all are encoded.
    ///   - input: other limits than the service's own, for tests and servers with smaller ones.
    public init(
        _ account: ProviderAccount, client: HTTPClient, encoder: any AudioEncoder,
        wishes: CompressionWishes = CompressionWishes(), files: BlockingPool? = nil, input: EncodedInput? = nil
    ) {
        self.account = account
        self.client = client
        self.encoder = encoder
        self.wishes = wishes
        self.files = files
        var capabilities = account.capabilities
        if let input { capabilities.input = .encoded(input) }
        self.capabilities = capabilities
    }

    public func capabilities(for options: RecognitionOptions) -> RecognizerCapabilities {
        var chosen = account.with(options).capabilities
        chosen.input = capabilities.input
        return chosen
    }

    private func dialect(_ options: RecognitionOptions) -> any ProviderDialect {
        let account = account.with(options)
        return account.service == .deepgram ? DeepgramDialect(account: account) : WhisperDialect(account: account)
    }

    var input: EncodedInput {
        if case .encoded(let input) = capabilities.input { return input }
        return EncodedInput(formats: [.opus], maximumBytes: 25_000_000)
    }

    public func attempt(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions, within seconds: Double
    ) async throws -> (recognition: Recognition, rate: RateObservation) {
        let length = PCMFormat.seconds(range.count)
        // Nobody speaks a word in so short a time, and services refuse it.
        if length < input.minimumSeconds { return (Recognition(text: ""), RateObservation()) }
        let settings: EncodingSettings
        do throws(CompressionRefusal) {
            settings = try CompressionPlan.settings(
                source: options.sourceBytes, duration: length, input: input, wishes: wishes)
        } catch {
            throw ProviderError(account.service.rawValue, .tooManyBytes)
        }
        let encoder = encoder
        let upload = AudioUpload(
            fileName: "audio.\(settings.format.fileExtension)", contentType: settings.format.contentType,
            body: .stream { writer in
                try await encoder.encode(range, of: pcm, settings) { bytes in try await writer.write(bytes) }
            })
        return try await send(upload, options, within: seconds)
    }

    func send(
        _ upload: AudioUpload, _ options: RecognitionOptions, within seconds: Double
    ) async throws -> (recognition: Recognition, rate: RateObservation) {
        let dialect = dialect(options)
        var request = dialect.request(upload, options)
        request.timeouts.total = .milliseconds(Int64(max(0.05, min(seconds, 86_400)) * 1000))
        do {
            let response = try await client.execute(request)
            let body = try await response.body.collect(upTo: Self.longestAnswer)
            guard response.status.code == 200 else {
                throw dialect.error(Int(response.status.code), response.fields, body)
            }
            return (try dialect.recognition(body), Self.rate(response.fields))
        } catch let error as HTTPClientError {
            throw failure(error)
        } catch is BodyTooLargeError {
            throw ProviderError(account.service.rawValue, .malformedAnswer)
        }
    }

    /// Groq's and OpenAI's headers; the first is per day at Groq.
    private static func rate(_ fields: HTTPFields) -> RateObservation {
        RateObservation(
            requestsPerDay: nil,
            requestsLeft: fields["x-ratelimit-remaining-requests"].flatMap { Int($0) },
            secondsToReset: fields["x-ratelimit-reset-requests"].flatMap { RetryAfter.duration(Substring($0)) })
    }

    private func failure(_ error: HTTPClientError) -> any Error {
        let provider = account.service.rawValue
        switch error.code {
        case .deadline, .tooSlow, .connectTimeout: return ProviderError(provider, .timedOut)
        case .malformedResponse, .responseHeadTooLarge: return ProviderError(provider, .malformedAnswer)
        case .producer:
            if error.cause is CancellationError { return CancellationError() }
            return EngineError(
                .crashed, "The audio could not be encoded: \(error.cause.map { "\($0)" } ?? "no reason").")
        case .invalidRequest:
            return EngineError(
                .unusable, "The address of \(ProviderNames.display(provider)) is not one that can be used.")
        case .shutDown: return CancellationError()
        default: return ProviderError(provider, .connection)
        }
    }
}
