import CloudProviders
import Settings
import Transcription

/// Whether a transcription goes to services on the network, and to which.
struct CloudChoice: Sendable {
    /// In order of preference; not empty.
    let accounts: [ProviderAccount]
    /// Engines of this machine that come after them.
    let localEngines: [String]

    /// `nil` when an engine of this machine does it.
    /// - Parameters:
    ///   - wishes: from `--engine` or `TRANSCRIPTION_PROVIDER`.
    ///   - model: of the service, when exactly one was named.
    ///   - translates: only services that give English text of other languages will do; no engine here does.
    ///   - hasLocalModel: an engine better than the last resort is installed for the language.
    init?(
        wishes: [String], model: String?, translates: Bool = false, _ settings: ProviderSettings, hasLocalModel: Bool
    ) throws(UsageError) {
        let hasLocalModel = hasLocalModel && !translates
        let named = wishes.compactMap(ProviderAccount.Service.init(rawValue:))
        if named.isEmpty {
            // `auto`: what is installed, else a key that is set, else the last resort.
            guard wishes.contains("auto"), !hasLocalModel else { return nil }
            accounts = [ProviderAccount.Service.groq, .deepgram, .openai].compactMap { service in
                Self.isConfigured(service, settings) ? Self.account(service, nil, settings) : nil
            }.filter { !translates || $0.capabilities.translates }
            guard !accounts.isEmpty else { return nil }
            localEngines = []
            return
        }
        // An engine of this machine that is named first does it all.
        guard let first = wishes.first, ProviderAccount.Service(rawValue: first) != nil || first == "auto" else {
            return nil
        }
        if first == "auto", hasLocalModel { return nil }
        for service in named where !Self.isConfigured(service, settings) {
            throw UsageError("\(service.rawValue) needs a key: set \(service.rawValue.uppercased())_API_KEY")
        }
        let all = named.map { Self.account($0, named.count == 1 ? model : nil, settings) }
        accounts = all.filter { !translates || $0.capabilities.translates }
        guard !accounts.isEmpty else { throw UsageError("\(named[0].rawValue) does not translate with this model") }
        localEngines = translates ? [] : wishes.filter { ProviderAccount.Service(rawValue: $0) == nil }
    }

    /// A server of one's own may want no key.
    static func isConfigured(_ service: ProviderAccount.Service, _ settings: ProviderSettings) -> Bool {
        let account = settings[service]
        return account.key != nil || (service == .openai && account.baseURL != nil)
    }

    private static func account(
        _ service: ProviderAccount.Service, _ model: String?, _ settings: ProviderSettings
    ) -> ProviderAccount {
        let account = settings[service]
        return ProviderAccount(service, key: account.key, model: model ?? account.model, baseURL: account.baseURL)
    }
}

extension ProviderSettings {
    subscript(service: ProviderAccount.Service) -> Account {
        switch service {
        case .groq: groq
        case .deepgram: deepgram
        case .openai: openAI
        }
    }
}
