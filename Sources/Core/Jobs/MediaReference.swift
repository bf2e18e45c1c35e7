/// Where an execution's media is.
public enum MediaReference: Sendable, Hashable, Codable {
    /// A file of this name in the media store, durable.
    case kept(name: String, bytes: Int64)
    /// Still arriving, or held only by the process that received it; gone after a restart.
    case passing(name: String)
    /// Fetched when the execution starts.
    case address(String)
}
