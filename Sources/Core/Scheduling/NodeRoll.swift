public import Jobs
public import Transcription

/// One process of an installation, as the others know it.
public struct NodeRecord: Sendable, Hashable, Codable {
    /// Of this process, not of its machine.
    public var id: String
    /// What its machine is called, for people.
    public var name: String
    public var version: String
    /// What it can run; empty for one that only takes requests.
    public var engines: [EngineCandidate]
    /// Executions it works on side by side.
    public var places: Int

    public init(id: String, name: String, version: String, engines: [EngineCandidate], places: Int) {
        self.id = id
        self.name = name
        self.version = version
        self.engines = engines
        self.places = places
    }
}

/// The port to what all nodes know of each other. What fails throws `JobStoreError`.
public protocol NodeRoll: Sendable {
    /// Puts this node on the roll, or renews it there, for so many seconds.
    func announce(_ node: NodeRecord, for seconds: Double) async throws(JobStoreError)
    func leave(_ id: String) async throws(JobStoreError)
    /// Those whose time has not run out.
    func nodes() async throws(JobStoreError) -> [NodeRecord]
    /// One node at a time leads in a matter, such as asking Telegram for updates. Takes the lead, or renews it, for so
    /// many seconds; `false` while another has it.
    func lead(_ matter: String, as node: String, for seconds: Double) async throws(JobStoreError) -> Bool
    /// Gives the lead back early, if this node has it.
    func yield(_ matter: String, as node: String) async throws(JobStoreError)
}
