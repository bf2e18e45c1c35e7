public import Transcription

/// One job's view of the router: a recogniser that hides who does the work, and says it in `Recognition.sources`.
public struct RoutedRecognizer: Recognizer {
    let router: ProviderRouter
    let routes: [Route]
    let detector: any SpeechDetector
    let owner: String?
    /// Seconds since 1970.
    let deadline: Double
    let clock: RouterClock
    let record: @Sendable (ProviderUsage) -> Void

    /// The first route's, with parts that suit all providers and as many at once as it allows.
    public var capabilities: RecognizerCapabilities {
        var capabilities = routes[0].capabilities
        let inputs = routes.compactMap { route -> EncodedInput? in
            if case .encoded(let input) = route.capabilities.input { input } else { nil }
        }
        if case .encoded(var input) = capabilities.input {
            input.maximumSeconds = inputs.map(\.maximumSeconds).min() ?? input.maximumSeconds
            input.preferredSeconds = inputs.map(\.preferredSeconds).min() ?? input.preferredSeconds
            capabilities.input = .encoded(input)
        }
        capabilities.concurrency = routes[0].limits.concurrency
        return capabilities
    }

    public func recognise(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition {
        let seconds = PCMFormat.seconds(range.count)
        var excluded: [Int: ProviderError] = [:]
        var tries: [Int: Int] = [:]
        while true {
            try Task.checkCancellation()
            switch await router.choose(
                seconds: seconds, language: options.language, excluded: excluded, deadline: deadline)
            {
            case .refuse(let error): throw error
            case .wait(let time): try await router.wait(until: time)
            case .split(let limit):
                guard limit < seconds, limit >= 1 else {
                    throw EngineError(.failed, "No provider takes a part of \(Int(seconds)) s.")
                }
                return try await inParts(range, of: pcm, options, longest: limit)
            case .send(let route, let reservation):
                do {
                    return try await send(range, of: pcm, options, to: route, reservation)
                } catch let error as ProviderError {
                    tries[route, default: 0] += 1
                    switch error.remedy {
                    case .wait where tries[route, default: 0] < ProviderRouter.mostRefusals: continue
                    case .split:
                        guard seconds > ProviderRouter.shortestPart else {
                            excluded[route] = error
                            continue
                        }
                        return try await inParts(range, of: pcm, options, longest: seconds / 2)
                    case .retry where tries[route, default: 0] < ProviderRouter.mostTries:
                        try await pause(after: tries[route, default: 0], error)
                    case .wait, .retry, .disable, .elsewhere:
                        excluded[route] = error
                    }
                }
            }
        }
    }

    /// Doubles from try to try, and differs between parts that failed together.
    private func pause(after tries: Int, _ error: ProviderError) async throws {
        let own = ProviderRouter.firstPause * Double(1 << min(tries - 1, 6)) * (0.5 + clock.random() / 2)
        let left = max(0, deadline - clock.now())
        try await clock.sleep(min(max(own, error.retryAfter ?? 0), left))
    }

    private func send(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions, to route: Int, _ reservation: Int
    ) async throws -> Recognition {
        do {
            switch routes[route].target {
            case .local(let recognizer):
                let recognition = try await locally(recognizer, range, of: pcm, options)
                await router.succeeded(route, reservation, RateObservation())
                return recognition
            case .provider(let provider):
                let seconds = PCMFormat.seconds(range.count)
                let limit = min(ProviderRouter.answerTime(seconds), max(0.1, deadline - clock.now()))
                var (recognition, rate) = try await provider.attempt(range, of: pcm, options, within: limit)
                await router.succeeded(route, reservation, rate)
                recognition.sources = [paid(seconds, provider.capabilities(for: options))]
                return recognition
            }
        } catch let error as ProviderError {
            await router.failed(route, reservation, error)
            throw error
        } catch {
            await router.abandoned(route, reservation)
            throw error
        }
    }

    func paid(_ seconds: Double, _ capabilities: RecognizerCapabilities) -> Recognition.Source {
        let billed = capabilities.price?.billed(seconds) ?? seconds
        let cost = capabilities.price?.cost(seconds) ?? 0
        record(
            ProviderUsage(
                owner: owner, engine: capabilities.engine, model: capabilities.model, seconds: seconds,
                billedSeconds: billed, cost: cost))
        return Recognition.Source(
            start: 0, end: seconds, engine: capabilities.engine, model: capabilities.model, billedSeconds: billed,
            cost: cost)
    }

    /// Engines of this machine take shorter parts.
    private func locally(
        _ recognizer: any Recognizer, _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition {
        let capabilities = recognizer.capabilities
        var recognition = try await Subdivision(limits: .init(for: capabilities.input), detector: detector)
            .recognise(range, of: pcm) { part in try await recognizer.recognise(part, of: pcm, options) }
        recognition.sources = [
            Recognition.Source(
                start: 0, end: PCMFormat.seconds(range.count), engine: capabilities.engine, model: capabilities.model)
        ]
        return recognition
    }

    private func inParts(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions, longest: Double
    ) async throws -> Recognition {
        let input = EncodedInput(formats: [], maximumBytes: 0, maximumSeconds: longest, preferredSeconds: longest)
        return try await Subdivision(limits: .init(for: .encoded(input)), detector: detector)
            .recognise(range, of: pcm) { part in try await recognise(part, of: pcm, options) }
    }
}
