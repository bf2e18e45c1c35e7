public import Transcription

extension RoutedRecognizer: WholeMediaRecognizer {
    /// Tries the first provider once with the whole medium, where that is one request anyway. What goes wrong is left
    /// to the parts: they are retried, split and sent elsewhere.
    public func recogniseWhole(
        _ media: any MediaSource, _ decoding: DecodingOptions, _ options: RecognitionOptions
    ) async throws -> WholeRecognition? {
        guard case .provider(let provider) = routes[0].target,
            let plan = try await provider.planWhole(media, decoding)
        else { return nil }
        let choice = await router.choose(
            seconds: plan.seconds, language: options.language, excluded: [:], deadline: deadline)
        guard case .send(let route, let reservation) = choice else { return nil }
        guard route == 0 else {
            await router.failed(route, reservation, notSent)
            return nil
        }
        do {
            var (whole, rate) = try await provider.attemptWhole(
                media, decoding, options, plan, within: max(0.1, deadline - clock.now()))
            await router.succeeded(route, reservation, rate)
            whole.recognition.sources = [paid(whole.seconds, provider.capabilities(for: options))]
            return whole
        } catch let error as ProviderError {
            await router.failed(route, reservation, error)
            return nil
        } catch {
            await router.abandoned(route, reservation)
            try Task.checkCancellation()
            // The media host failed, or the file is longer than it says: the parts will tell.
            return nil
        }
    }

    /// Takes a reservation back that nothing came of.
    private var notSent: ProviderError { ProviderError(routes[0].capabilities.engine, .refused(status: 0)) }
}
