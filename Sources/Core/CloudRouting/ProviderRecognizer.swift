public import Transcription

/// The port to one provider with one model: a recogniser whose failures say what is to be done about them.
public protocol ProviderRecognizer: Recognizer {
    /// Sends one part and waits for its text. Throws `ProviderError`, or `CancellationError`.
    /// - Parameter seconds: no answer after so long is a failure.
    func attempt(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions, within seconds: Double
    ) async throws -> (recognition: Recognition, rate: RateObservation)

    /// What it declares of the model that a request names.
    func capabilities(for options: RecognitionOptions) -> RecognizerCapabilities

    /// How a whole medium would be sent in one request; `nil` when it has to be cut.
    func planWhole(_ media: any MediaSource, _ decoding: DecodingOptions) async throws -> WholePlan?

    /// Sends a whole medium, while it may still arrive. Throws as `attempt` does, and `DecodingError`.
    func attemptWhole(
        _ media: any MediaSource, _ decoding: DecodingOptions, _ options: RecognitionOptions, _ plan: WholePlan,
        within seconds: Double
    ) async throws -> (whole: WholeRecognition, rate: RateObservation)
}

/// A whole medium in one request.
public struct WholePlan: Sendable, Hashable {
    /// What the file says of its length.
    public var seconds: Double
    /// `nil` sends the file as it is.
    public var settings: EncodingSettings?
    /// The file's container, by FFmpeg's name, when it goes as it is.
    public var container: String?

    public init(seconds: Double, settings: EncodingSettings?, container: String? = nil) {
        self.seconds = seconds
        self.settings = settings
        self.container = container
    }
}

extension ProviderRecognizer {
    public func capabilities(for options: RecognitionOptions) -> RecognizerCapabilities { capabilities }

    public func planWhole(_ media: any MediaSource, _ decoding: DecodingOptions) async throws -> WholePlan? { nil }

    public func attemptWhole(
        _ media: any MediaSource, _ decoding: DecodingOptions, _ options: RecognitionOptions, _ plan: WholePlan,
        within seconds: Double
    ) async throws -> (whole: WholeRecognition, rate: RateObservation) {
        throw ProviderError(capabilities.engine, .tooManyBytes)
    }
}

extension ProviderRecognizer {
    /// One try without a router: every failure costs the part.
    public func recognise(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition {
        do {
            let limit = ProviderRouter.answerTime(PCMFormat.seconds(range.count))
            return try await attempt(range, of: pcm, options, within: limit).recognition
        } catch let error as ProviderError {
            throw EngineError(error.remedy == .disable ? .unusable : .failed, error.description)
        }
    }
}

/// One way a part can go.
public struct Route: Sendable {
    enum Target: Sendable {
        case provider(any ProviderRecognizer)
        case local(any Recognizer)
    }

    let target: Target
    let limits: RateLedger.Limits

    /// A provider with what its key allows.
    public static func provider(_ recognizer: any ProviderRecognizer, limits: RateLedger.Limits) -> Route {
        Route(target: .provider(recognizer), limits: limits)
    }

    /// An engine of this machine, usually the last way.
    public static func local(_ recognizer: any Recognizer) -> Route {
        Route(
            target: .local(recognizer),
            limits: RateLedger.Limits(concurrency: recognizer.capabilities.concurrency))
    }

    public var capabilities: RecognizerCapabilities {
        switch target {
        case .provider(let recognizer): recognizer.capabilities
        case .local(let recognizer): recognizer.capabilities
        }
    }
}
