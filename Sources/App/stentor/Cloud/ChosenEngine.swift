import CloudRouting
import FoundationEssentials
import HostedEngines
import ModelLibrary
import Settings
import Transcription

/// What does the work of one command: an engine of this machine, or services on the network.
enum ChosenEngine: Sendable {
    case local(ReadyEngine)
    case cloud(CloudEngine)

    static func load(
        _ options: TranscribeOptions, _ settings: Settings, _ installation: Installation
    ) async throws -> ChosenEngine {
        let choice = try CloudChoice(
            wishes: options.providers, model: options.model, translates: options.translates, settings.cloud,
            hasLocalModel: try hasLocalModel(options, installation))
        guard let choice else {
            if options.translates { throw UsageError("no engine here translates; name a service with --engine") }
            return .local(try await ReadyEngine.load(options, settings, installation))
        }
        var local: ReadyEngine?
        if !choice.localEngines.isEmpty {
            var behind = options
            behind.providers = choice.localEngines
            behind.model = nil
            local = try await ReadyEngine.load(behind, settings, installation)
        }
        return .cloud(try await CloudEngine.load(choice, settings, installation, local: local))
    }

    /// Whether `auto` has anything better here than the last resort.
    private static func hasLocalModel(_ options: TranscribeOptions, _ installation: Installation) throws -> Bool {
        guard options.providers.contains("auto") else { return false }
        let catalogue = try EngineCatalogue(models: ModelStore(folder: installation.modelFolder))
        return catalogue.hasBetterThanLastResort(model: options.model, language: options.language)
    }

    var detector: any SpeechDetector {
        switch self {
        case .local(let engine): engine.pool
        case .cloud(let engine): engine.detector
        }
    }

    /// For one file.
    func recognizer() -> any Recognizer {
        switch self {
        case .local(let engine): engine.recognizer
        case .cloud(let engine): engine.recognizer()
        }
    }

    var warnings: [String] {
        if case .local(let engine) = self { engine.choice.warnings } else { [] }
    }

    func estimate(
        _ media: any MediaSource, _ request: TranscriptionPipeline.Request, _ decoder: any AudioDecoder
    ) async throws -> TranscriptionEstimate {
        let now = Date().timeIntervalSince1970
        switch self {
        case .local(let engine):
            return try await TranscriptionEstimator(decoder: decoder, detector: engine.pool).estimate(
                media, request, with: engine.recognizer.capabilities, ledger: RateLedger(.init()), now: now)
        case .cloud(let engine):
            let ledger = await engine.router.ledgers[engine.capabilities.ledgerName] ?? RateLedger(.init())
            return try await engine.estimator(decoder).estimate(
                media, request, with: engine.capabilities, ledger: ledger, now: now)
        }
    }

    func stop() async {
        switch self {
        case .local(let engine): await engine.pool.stop()
        case .cloud(let engine): await engine.stop()
        }
    }
}
