import Jobs
import Transcription
import Transcripts

/// The media of an execution, ready to be read.
enum OpenedMedium: Sendable {
    /// Complete and durable.
    case kept(any MediaSource, any AudioDecoder)
    /// In this process; its key comes when it has arrived.
    case passing(String, any MediaSource, any AudioDecoder)
    /// Being fetched.
    case fetched(WebMedium, any AudioDecoder)

    var source: any MediaSource {
        switch self {
        case .kept(let source, _), .passing(_, let source, _): source
        case .fetched(let medium, _): medium.intake
        }
    }

    var decoder: any AudioDecoder {
        switch self {
        case .kept(_, let decoder), .passing(_, _, let decoder), .fetched(_, let decoder): decoder
        }
    }

    /// The transcript, when it turns out that it is known: somebody else finished the same meanwhile.
    func known(_ parts: Dispatcher.Parts, _ execution: Execution) async throws -> Transcript? {
        guard let key = execution.key, execution.attempt == 1 else { return nil }
        return await parts.cache.peek(key)
    }

    /// Runs `work`; what the decoder could not read because it never came is told with its own reason.
    func explainingFailures<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as DecodingError where error.code == .sourceFailed {
            guard case .fetched(let medium, _) = self, let reason = await medium.failure() else { throw error }
            throw reason
        }
    }

    /// Waits until the execution has its key. Returns it as it is then, when it changed.
    func settle(_ parts: Dispatcher.Parts, _ execution: Execution) async throws -> Execution? {
        switch self {
        case .kept: return nil
        case .passing(let name, _, _):
            await parts.passing.waitUntilSettled(name)
            try Task.checkCancellation()
            return nil
        case .fetched(let medium, _):
            let digest = try await medium.digest()
            let key = parts.keys.key(media: digest.sha256, execution.order)
            guard execution.key == nil, case .address = execution.media, let media = execution.media else { return nil }
            let settled = try await parts.store.settle(
                execution.id, key: key, media: media, digest: nil, isDurable: !execution.isEphemeral)
            if case .moved(let other, _) = settled {
                await parts.hub.move(from: execution.id, to: other)
                throw JobStoreError.leaseLost
            }
            var copy = execution
            copy.key = key
            return copy
        }
    }
}

/// Media on the web on its way into an intake.
final class WebMedium: Sendable {
    let intake: any MediaIntake
    /// Awaited by `digest`; cancelled with this value.
    private let fetch: Task<MediaDigest, any Error>

    init(_ address: String, _ intake: any MediaIntake, _ fetcher: any MediaFetcher) {
        self.intake = intake
        fetch = Task {
            do {
                try await fetcher.fetch(address, into: intake)
                return try await intake.complete()
            } catch {
                let reason = JobFailure.from(error)
                await intake.fail(DecodingError(.sourceFailed, reason.description))
                throw reason
            }
        }
    }

    deinit { fetch.cancel() }

    func digest() async throws -> MediaDigest {
        try await withTaskCancellationHandler {
            try await fetch.value
        } onCancel: {
            fetch.cancel()
        }
    }

    /// What stopped the fetch, if that is what the decoder stumbled over.
    func failure() async -> JobFailure? {
        guard case .failure(let error) = await fetch.result else { return nil }
        return .from(error)
    }
}

extension Dispatcher {
    func open(_ execution: Execution) async throws -> OpenedMedium {
        switch execution.media {
        case .kept(let name, _):
            if let entry = await parts.passing.take(name) { return .kept(entry.source, entry.decoder ?? parts.decoder) }
            return .kept(try await parts.vault.open(name), parts.decoder)
        case .passing(let name):
            guard let entry = await parts.passing.entry(name) else { throw MediaVaultError.gone }
            return .passing(name, entry.source, entry.decoder ?? parts.decoder)
        case .address(let address):
            let medium = WebMedium(address, try await parts.vault.receive(), parts.fetcher)
            return .fetched(medium, parts.decoder)
        case nil: throw MediaVaultError.gone
        }
    }
}
