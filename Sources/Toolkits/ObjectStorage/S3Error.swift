/// Why an object could not be read or written. Holds no key of an account and no URL.
public enum S3Error: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no such object, or no such bucket.
    case notFound
    /// It is there already, or was changed meanwhile.
    case conditionFailed
    /// The account may not do this, or is not known.
    case refused(code: String)
    /// The store did not answer in time, or said that it cannot now; try again later.
    case unavailable(String)
    /// Anything else the store said, or an answer that is none.
    case broken(String)

    public var description: String {
        switch self {
        case .notFound: "the object store has no such object"
        case .conditionFailed: "the object was written by another meanwhile"
        case .refused(let code): "the object store refuses access (\(code)); look at its keys and the bucket's policy"
        case .unavailable(let why): "the object store is not available (\(why))"
        case .broken(let why): "the object store answered with an error (\(why))"
        }
    }
}
