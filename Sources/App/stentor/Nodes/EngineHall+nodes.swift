import CloudProviders
import Jobs
import Scheduling
import Settings
import Transcription

extension EngineHall {
    /// What is installed here.
    func localCandidates() -> [EngineCandidate] {
        (try? EngineCatalogue(models: models).entries.map(\.candidate)) ?? []
    }

    /// What this node may claim: its models, and services on the network that it has keys for, in whatever order.
    func engineNames() -> Set<EngineName> {
        var names = Set(localCandidates().map { EngineName(engine: $0.engine, model: $0.model) })
        let services = ProviderAccount.Service.allCases.filter { CloudChoice.isConfigured($0, settings.cloud) }
        let locals = [[]] + Set(localCandidates().map(\.engine)).sorted().map { [$0] }
        for order in Self.orders(services.map(\.rawValue)) where !order.isEmpty {
            for local in locals { names.insert(EngineName(engine: (order + local).joined(separator: ","))) }
        }
        return names
    }

    /// Every choice of some of them, in every order.
    private static func orders(_ items: [String]) -> [[String]] {
        [[]] + items.flatMap { first in orders(items.filter { $0 != first }).map { [first] + $0 } }
    }
}
