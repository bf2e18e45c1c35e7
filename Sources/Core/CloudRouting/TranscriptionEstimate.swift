public import Transcription
import Transcripts

/// What a transcription would take, found out before anything is sent or paid.
public struct TranscriptionEstimate: Sendable, Hashable, Codable {
    /// Seconds of decoded audio: measured, not what the file says of itself.
    public var seconds: Double
    /// Requests that would be made, or parts that would be recognised here.
    public var parts: Int
    /// Seconds of audio that would be sent; silences stay here.
    public var sentSeconds: Double
    /// Bytes that would be sent.
    public var sentBytes: Int64
    public var engine: String
    public var model: String
    public var billedSeconds: Double
    /// US dollars by the list price; `nil` when the price is not known, 0 on this machine.
    public var cost: Double?
    /// Seconds from now until the text is there, waits for limits included; `nil` when nobody can say.
    public var finishSeconds: Double?
    /// What should be known before it is started.
    public var warnings: [String]
}

/// Counts what a transcription would take: decodes, finds the speech and plans the parts, and stops there.
public struct TranscriptionEstimator: Sendable {
    /// How many seconds of audio services recognise in a second of one request, by their own figures, halved.
    private static let speeds = ["groq": 90.0, "deepgram": 60.0, "openai": 15.0]
    /// For the connection and the upload of one part, in seconds.
    private static let overhead = 0.5

    private let decoder: any AudioDecoder
    private let detector: any SpeechDetector
    private let wishes: CompressionWishes

    public init(
        decoder: any AudioDecoder, detector: any SpeechDetector, wishes: CompressionWishes = CompressionWishes()
    ) {
        self.decoder = decoder
        self.detector = detector
        self.wishes = wishes
    }

    /// - Parameters:
    ///   - recognizer: what the engine that would be asked declares.
    ///   - ledger: what is left of its limits.
    ///   - now: seconds since 1970.
    public func estimate(
        _ media: any MediaSource, _ request: TranscriptionPipeline.Request, with recognizer: RecognizerCapabilities,
        ledger: RateLedger, now: Double
    ) async throws -> TranscriptionEstimate {
        let counter = PartCounter(recognizer)
        let pipeline = TranscriptionPipeline(decoder: decoder, detector: detector, recognizer: counter)
        let transcript = try await pipeline.transcribe(media, request) { _ in }
        let parts = await counter.parts.seconds
        return Self.estimate(
            seconds: transcript.duration - (request.decoding.from ?? 0),
            parts: parts, sourceBytes: media.extent.available, recognizer, ledger, wishes, now: now)
    }

    static func estimate(
        seconds: Double, parts: [Double], sourceBytes: Int64, _ recognizer: RecognizerCapabilities,
        _ ledger: RateLedger, _ wishes: CompressionWishes, now: Double
    ) -> TranscriptionEstimate {
        let isCloud = recognizer.input != .pcm
        let billed = parts.reduce(0) { $0 + (isCloud ? recognizer.price?.billed($1) ?? $1 : 0) }
        var estimate = TranscriptionEstimate(
            seconds: seconds, parts: parts.count, sentSeconds: isCloud ? parts.reduce(0, +) : 0, sentBytes: 0,
            engine: recognizer.engine, model: recognizer.model, billedSeconds: billed,
            cost: isCloud ? recognizer.price.map { price in parts.reduce(0) { $0 + price.cost($1) } } : 0,
            finishSeconds: nil, warnings: recognizer.warnings)
        guard case .encoded(let input) = recognizer.input else { return estimate }
        for part in parts {
            do throws(CompressionRefusal) {
                let settings = try CompressionPlan.settings(
                    source: sourceBytes, duration: part, input: input, wishes: wishes)
                estimate.sentBytes += CompressionPlan.estimatedBytes(settings, duration: part)
            } catch {
                estimate.warnings.append(error.description)
            }
        }
        estimate.finishSeconds = finish(parts, recognizer, ledger, now: now)
        if let finish = estimate.finishSeconds, finish > 600 + seconds / 10 {
            estimate.warnings.append(
                "\(ProviderNames.display(recognizer.engine))'s limits make this wait: it takes about "
                    + "\(RouteBook.duration(finish)).")
        } else if estimate.finishSeconds == nil {
            estimate.warnings.append(
                "\(ProviderNames.display(recognizer.engine))'s limits do not allow this within a week.")
        }
        return estimate
    }

    /// Plays the requests through the ledger, as the router would send them.
    static func finish(
        _ parts: [Double], _ recognizer: RecognizerCapabilities, _ ledger: RateLedger, now: Double
    ) -> Double? {
        let entry = RouteBook.Entry(capabilities: recognizer, ledger: ledger)
        var ledger = ledger
        var time = now
        var underWay: [(end: Double, id: Int)] = []
        var waiting = parts[...]
        while let part = waiting.first {
            guard time < now + 7 * 86_400 else { return nil }
            switch ledger.reserve(seconds: entry.counted(part), now: time) {
            case .granted(let id):
                waiting.removeFirst()
                underWay.append((time + overhead + part / (speeds[recognizer.engine] ?? 15), id))
            case .busy:
                guard let next = underWay.min(by: { $0.end < $1.end }) else { return nil }
                time = max(time, next.end)
                ledger.settle(next.id, wasCounted: true)
                underWay.removeAll { $0.id == next.id }
            case .later(let at, _): time = at
            case .never: return nil
            }
        }
        return (underWay.map(\.end).max() ?? time) - now
    }
}

/// Answers at once and remembers how long the parts were.
private struct PartCounter: Recognizer {
    actor Parts {
        private(set) var seconds: [Double] = []

        func add(_ part: Double) { seconds.append(part) }
    }

    let parts = Parts()
    let capabilities: RecognizerCapabilities

    init(_ capabilities: RecognizerCapabilities) {
        self.capabilities = capabilities
    }

    func recognise(_ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions) async throws -> Recognition {
        await parts.add(PCMFormat.seconds(range.count))
        return Recognition(text: "")
    }
}
