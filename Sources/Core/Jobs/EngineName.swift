/// What a worker can run: an engine with one of its models.
public struct EngineName: Sendable, Hashable, Codable {
    /// In place of a model: all of the engine's.
    public static let anyModel = "*"

    public var engine: String
    public var model: String

    public init(engine: String, model: String = EngineName.anyModel) {
        self.engine = engine
        self.model = model
    }

    /// Of an engine's one model; neither part holds a slash at its engine's side.
    public var text: String { "\(engine)/\(model)" }
}

extension Set<EngineName> {
    /// Whether what was ordered can be computed with these.
    public func fit(_ order: TranscriptionOrder) -> Bool {
        contains(EngineName(engine: order.engine, model: order.model)) || contains(EngineName(engine: order.engine))
    }
}
