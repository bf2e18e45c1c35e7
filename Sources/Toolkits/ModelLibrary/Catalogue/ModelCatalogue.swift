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

    /// The known model that one of its own files tells by its hash.
    func model(withFile digest: SHA256Digest) -> KnownModel? {
        models.first { $0.downloads.contains { $0.sha256 == digest } }
    }

    /// Whether a file of this size can be one of a known model; saves the hashing of those that cannot.
    func mayKnow(fileOf bytes: Int64) -> Bool { models.contains { $0.downloads.contains { $0.bytes == bytes } } }
}
