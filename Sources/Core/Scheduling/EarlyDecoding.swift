import Transcription

/// Decodes a medium while it arrives, before it is known what becomes of it: whoever asks later gets what is there at
/// once and follows the rest.
final class EarlyDecoding: AudioDecoder {
    private actor Record {
        private var opened: DecodingEvent?
        private var latest: DecodingEvent?
        private var ending: Result<DecodingEvent, any Error>?
        private var followers: [AsyncThrowingStream<DecodingEvent, any Error>.Continuation] = []

        func take(_ event: DecodingEvent) {
            switch event {
            case .opened: opened = event
            case .decoded: latest = event
            case .finished: ending = .success(event)
            }
            for follower in followers { follower.yield(event) }
            if case .finished = event { end(nil) }
        }

        func fail(_ error: any Error) {
            ending = .failure(error)
            end(error)
        }

        private func end(_ error: (any Error)?) {
            for follower in followers { follower.finish(throwing: error) }
            followers = []
        }

        func follow(_ follower: AsyncThrowingStream<DecodingEvent, any Error>.Continuation) {
            if let opened { follower.yield(opened) }
            if let latest { follower.yield(latest) }
            switch ending {
            case .success(let event):
                follower.yield(event)
                follower.finish()
            case .failure(let error): follower.finish(throwing: error)
            case nil: followers.append(follower)
            }
        }
    }

    private let options: DecodingOptions
    private let fallback: any AudioDecoder
    private let record = Record()
    /// Ended by `stop` or by itself; what it learns is in the record.
    private let work: Task<Void, Never>

    init(_ decoder: any AudioDecoder, _ media: any MediaSource, _ options: DecodingOptions) {
        self.options = options
        fallback = decoder
        let record = record
        work = Task {
            do {
                for try await event in decoder.decode(media, options) { await record.take(event) }
                if Task.isCancelled { await record.fail(CancellationError()) }
            } catch {
                await record.fail(error)
            }
        }
    }

    deinit { work.cancel() }

    func stop() { work.cancel() }

    /// With other options than those of the early start it is decoded anew.
    func decode(
        _ media: any MediaSource, _ options: DecodingOptions
    ) -> AsyncThrowingStream<DecodingEvent, any Error> {
        guard options == self.options else { return fallback.decode(media, options) }
        let (stream, continuation) = AsyncThrowingStream<DecodingEvent, any Error>.makeStream()
        let record = record
        // Ends at once: it only joins the list of those who follow. Keeps the decoding alive meanwhile.
        Task { [self] in
            await record.follow(continuation)
            continuation.onTermination = { _ in _ = self }
        }
        return stream
    }
}
