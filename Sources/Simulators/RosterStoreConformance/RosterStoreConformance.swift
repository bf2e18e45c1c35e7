import Jobs
public import VoiceRoster

/// What every store of known voices must do; each check throws what it found.
public enum RosterStoreConformance {
    public struct Breach: Error, CustomStringConvertible {
        public let description: String
    }

    public typealias Check = @Sendable (any RosterStore) async throws -> Void

    public static let all: [(name: String, check: Check)] = [
        ("a voice comes back as it was written", keeps), ("others' voices are nobody else's business", separates),
        ("what is refused is not written", refuses), ("what is forgotten is gone", forgets),
        ("many at once keep the limit", limits),
    ]

    static func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw Breach(description: what) }
    }

    public static func voice(_ id: String, _ name: String, owner: String = "a", at: Double = 1) -> RosteredVoice {
        RosteredVoice(
            id: id, owner: Owner(owner), name: name,
            consent: .init(by: "\(name) herself", at: at, words: "I agree to be recognised."),
            print: (0..<256).map { Float($0 * 7 % 31) / 300 }, seconds: 12.5, createdAt: at)
    }

    static func keeps(_ store: any RosterStore) async throws {
        let (first, second) = (voice("one", "Ana"), voice("two", "Zoë “quote” 👩‍👩‍👧", at: 2))
        try await store.add(first) { try expect($0.isEmpty, "the list was not empty") }
        try await store.add(second) { try expect($0 == [first], "the check sees another list") }
        let found = try await store.voices(of: Owner("a"))
        try expect(found == [first, second], "voices come back different")
    }

    static func separates(_ store: any RosterStore) async throws {
        try await store.add(voice("one", "Ana")) { _ in }
        let other = try await store.voices(of: Owner("b"))
        try expect(other.isEmpty, "another owner sees a voice")
        let gone = try await store.forget("one", of: Owner("b"))
        let left = try await store.voices(of: Owner("a"))
        try expect(gone == nil && left.count == 1, "another owner forgets a voice")
    }

    static func refuses(_ store: any RosterStore) async throws {
        do {
            try await store.add(voice("one", "Ana")) { _ in throw RosterRefusal.full }
            throw Breach(description: "a refusal was not told")
        } catch RosterStoreError.refused(.full) {
            let found = try await store.voices(of: Owner("a"))
            try expect(found.isEmpty, "a refused voice was written")
        }
    }

    static func forgets(_ store: any RosterStore) async throws {
        let first = voice("one", "Ana")
        try await store.add(first) { _ in }
        try await store.add(voice("two", "Ben", at: 2)) { _ in }
        let gone = try await store.forget("one", of: Owner("a"))
        let again = try await store.forget("one", of: Owner("a"))
        let left = try await store.voices(of: Owner("a"))
        try expect(gone == first && again == nil, "what was forgotten comes back different")
        try expect(left.map(\.id) == ["two"], "the wrong voice is gone")
    }

    static func limits(_ store: any RosterStore) async throws {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try? await store.add(voice("v\(number)", "P\(number)")) {
                        if $0.count >= 5 { throw RosterRefusal.full }
                    }
                }
            }
        }
        let count = try await store.voices(of: Owner("a")).count
        try expect(count == 5, "the limit of 5 let \(count) in")
    }
}
