/// What somebody changed in a transcript, kept beside the machine's words: every change in its order, and how many of
/// them hold.
public struct Review: Sendable, Hashable, Codable {
    /// More than anybody makes in one transcript; what is beyond is refused.
    public static let mostChanges = 5000
    /// Characters of one segment's text.
    public static let longestText = 10_000
    public static let mostSpeakers = 200
    /// Characters of a speaker's name.
    public static let longestName = 80

    public private(set) var changes: [ReviewChange] = []
    /// So many from the first hold; those behind were taken back and can be brought again.
    public private(set) var applied = 0
    /// Rises with every change, taking back and bringing again: tells whether somebody else was here.
    public private(set) var version = 0

    public init() {}

    public var canUndo: Bool { applied > 0 }
    public var canRedo: Bool { applied < changes.count }

    /// The texts of segments that differ from the machine's, by the segment's number.
    public var texts: [Int: String] {
        var texts: [Int: String] = [:]
        for case .text(let segment, _, let text) in changes.prefix(applied).map(\.kind) { texts[segment] = text }
        return texts
    }

    private func latestText(of sought: Int) -> String? {
        for change in changes.prefix(applied).reversed() {
            if case .text(sought, _, let text) = change.kind { return text }
        }
        return nil
    }

    /// Names by the machine's label; two labels with one name are one person.
    public var speakers: [String: String] {
        for change in changes.prefix(applied).reversed() {
            if case .speakers(let names) = change.kind { return names }
        }
        return [:]
    }

    /// Another text for a segment.
    /// - Parameters:
    ///   - was: the text it replaces, as whoever writes saw it.
    ///   - machine: the machine's text.
    public mutating func setText(
        _ text: String, of segment: Int, was: String, machine: String, at wall: Double
    ) throws(ReviewRefusal) {
        guard text.count <= Self.longestText else { throw .tooLong }
        guard (latestText(of: segment) ?? machine) == was else { throw .changedMeanwhile }
        guard text != was else { return }
        try add(.text(segment: segment, was: was, text: text), wall)
    }

    public mutating func setSpeakers(_ names: [String: String], at wall: Double) throws(ReviewRefusal) {
        guard names.count <= Self.mostSpeakers, names.allSatisfy({ $0.value.count <= Self.longestName }) else {
            throw .tooLong
        }
        guard names != speakers else { return }
        try add(.speakers(names), wall)
    }

    public mutating func undo(from version: Int) throws(ReviewRefusal) {
        guard version == self.version else { throw .changedMeanwhile }
        guard canUndo else { throw .nothing }
        applied -= 1
        self.version += 1
    }

    public mutating func redo(from version: Int) throws(ReviewRefusal) {
        guard version == self.version else { throw .changedMeanwhile }
        guard canRedo else { throw .nothing }
        applied += 1
        self.version += 1
    }

    /// Takes a person's name out of every change, also of those that were taken back. Returns whether it was there.
    public mutating func forget(name: String) -> Bool {
        var isChanged = false
        for index in changes.indices {
            guard case .speakers(var names) = changes[index].kind, names.values.contains(name) else { continue }
            names = names.filter { $0.value != name }
            changes[index].kind = .speakers(names)
            isChanged = true
        }
        if isChanged { version += 1 }
        return isChanged
    }

    private mutating func add(_ kind: ReviewChange.Kind, _ wall: Double) throws(ReviewRefusal) {
        changes.removeLast(changes.count - applied)
        guard changes.count < Self.mostChanges else { throw .tooMany }
        changes.append(ReviewChange(kind, at: wall))
        applied += 1
        version += 1
    }
}

public struct ReviewChange: Sendable, Hashable, Codable {
    public enum Kind: Sendable, Hashable, Codable {
        case text(segment: Int, was: String, text: String)
        case speakers([String: String])
    }

    public var kind: Kind
    /// Seconds since 1970.
    public var at: Double

    public init(_ kind: Kind, at: Double) {
        self.kind = kind
        self.at = at
    }
}

/// Why a change is not made.
public enum ReviewRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case changedMeanwhile, tooLong, tooMany, nothing

    public var description: String {
        switch self {
        case .changedMeanwhile: "Somebody changed this meanwhile; look at what is there now and try again."
        case .tooLong: "This text or name is longer than is allowed; shorten it."
        case .tooMany: "This transcript has had \(Review.mostChanges) changes; export it to go on."
        case .nothing: "There is nothing to take back or bring again."
        }
    }
}
