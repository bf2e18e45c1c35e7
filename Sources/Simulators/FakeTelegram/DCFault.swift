/// Something a data centre does wrong, or that happens at the real one now and then.
public struct DCFault: Sendable {
    public enum Kind: Sendable, Hashable {
        /// Answers with an error.
        case error(code: Int32, text: String)
        /// Refuses the whole packet with a number less than zero.
        case transport(Int32)
        /// Never answers.
        case silence
        /// Answers with fewer bytes than there are.
        case short
        case redirect
        /// Ends the connection with a reset after so many bytes of the answer.
        case reset(afterBytes: Int)
        case duplicate
        /// Sends this answer after the next one.
        case reorder
        case gzip
        case gzipBomb
        /// Puts the answer into a container with other messages.
        case container
        case newSession
        case newSalt
        case wrongMessageKey
        case wrongSession
        case evenMessageID
        case oldMessageID
        case futureMessageID
        case badPadding
        case garbage
        /// Tells of the answer and sends it when asked again.
        case announced
        /// Sends so many bytes a second.
        case drip(bytesPerSecond: Int)
        /// The account of this key is logged out.
        case forgetAuthorization
        /// The key is gone.
        case forgetKey
        /// The reference of the file asked for expires.
        case expireReference
        /// The file moves to another data centre.
        case moveFile(Int)
    }

    public var kind: Kind
    /// The call it happens to; nil for every one.
    public var call: UInt32?
    /// Only in this data centre.
    public var dataCentre: Int?
    /// Calls that go well before it happens.
    public var after: Int
    /// How often it happens.
    public var count: Int

    public init(_ kind: Kind, call: UInt32? = nil, dataCentre: Int? = nil, after: Int = 0, count: Int = 1) {
        self.kind = kind
        self.call = call
        self.dataCentre = dataCentre
        self.after = after
        self.count = count
    }
}

struct DCFaultPlan: Sendable {
    var faults: [DCFault] = []

    mutating func next(_ call: UInt32, _ dataCentre: Int) -> DCFault.Kind? {
        for index in faults.indices {
            let fault = faults[index]
            guard fault.call == nil || fault.call == call, fault.dataCentre == nil || fault.dataCentre == dataCentre,
                fault.count > 0
            else { continue }
            if fault.after > 0 {
                faults[index].after -= 1
                continue
            }
            faults[index].count -= 1
            return fault.kind
        }
        return nil
    }
}
