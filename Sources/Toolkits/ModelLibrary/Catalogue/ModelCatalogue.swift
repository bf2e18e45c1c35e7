internal import Crypto

/// The models that can be pulled by name.
public struct ModelCatalogue: Sendable {
    public let models: [KnownModel]

    /// - Parameter models: each with a name of its own.
    public init(_ models: [KnownModel]) {
        self.models = models
    }

    /// The model of this name.
    ///
    /// - Throws: `ModelError` that lists the names there are.
    public func model(named name: String) throws(ModelError) -> KnownModel {
        guard let model = models.first(where: { $0.name == name }) else {
            throw .unknownModel(known: models.map(\.name))
        }
        return model
    }

    /// The known model that a single downloaded file makes, told by its hash.
    func model(ofFile digest: String) -> KnownModel? {
        models.first { $0.downloads.count == 1 && $0.downloads.contains { $0.sha256.hex == digest } }
    }
}
