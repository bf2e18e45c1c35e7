import Jobs
public import Review

/// What every review store must do; each check throws what it found.
public enum ReviewStoreConformance {
    public struct Breach: Error, CustomStringConvertible {
        public let description: String
    }

    public typealias Check = @Sendable (any ReviewStore) async throws -> Void

    public static let all: [(name: String, check: Check)] = [
        ("a review comes back as it was written", keepsReviews),
        ("what is refused changes nothing", refuses),
        ("every word is found, the last by its beginning", searches),
        ("others' texts are not found", separatesOwners),
        ("what looks like a query is only words", takesWordsOnly),
        ("a changed text is found by its new words alone", replaces),
        ("links lead until they are withdrawn", publishes),
        ("what is forgotten is gone", forgets), ("a forgotten name is in no change", forgetsNames),
    ]

    static func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw Breach(description: what) }
    }

    static func id(_ text: String) throws -> JobID {
        guard let id = JobID(text) else { throw Breach(description: "the check names a job that cannot be") }
        return id
    }

    static func entry(_ job: String, _ text: String, owner: String = "a", version: Int = 0) throws -> TextEntry {
        TextEntry(
            job: try id(job), owner: Owner(owner), name: "\(job).ogg", text: text,
            summary: TextSummary(
                duration: 1.5, language: "en", engine: "sphinx", model: "en-us", words: 3, speakers: 0,
                excerpt: text, version: version))
    }

    static func keepsReviews(_ store: any ReviewStore) async throws {
        let job = try id("one")
        let none = try await store.review(of: job)
        try expect(none == Review(), "a job that nobody changed has a review")
        let first = try await store.change(job) { try $0.setText("b", of: 3, was: "a", machine: "a", at: 10) }
        let second = try await store.change(job) { try $0.setSpeakers(["SPEAKER_00": "Ana"], at: 11) }
        try expect(second.version == first.version + 1, "the version did not rise by one")
        let found = try await store.review(of: job)
        try expect(found == second && found.texts == [3: "b"], "a review comes back different")
        try expect(found.speakers == ["SPEAKER_00": "Ana"], "names come back different")
    }

    static func refuses(_ store: any ReviewStore) async throws {
        let job = try id("one")
        let before = try await store.change(job) { try $0.setText("b", of: 0, was: "a", machine: "a", at: 10) }
        do {
            _ = try await store.change(job) { try $0.setText("c", of: 0, was: "a", machine: "a", at: 11) }
            throw Breach(description: "a change upon an old text was taken")
        } catch ReviewStoreError.refused(.changedMeanwhile) {
            let after = try await store.review(of: job)
            try expect(after == before, "a refused change was written")
        }
    }

    static func searches(_ store: any ReviewStore) async throws {
        try await store.index([
            entry("one", "The quick brown fox"), entry("two", "A slow brown bear"), entry("three", "Nothing here"),
        ])
        let brown = try await store.search("BROWN", owner: nil, limit: 10)
        try expect(Set(brown.map(\.job.text)) == ["one", "two"], "a word finds \(brown.map(\.job.text))")
        let both = try await store.search("brown qui", owner: nil, limit: 10)
        try expect(both.map(\.job.text) == ["one"], "two words find \(both.map(\.job.text))")
        try expect(both.first?.excerpt.contains(SearchHit.marks.begin) == true, "what was found is not marked")
        let inner = try await store.search("qui brown", owner: nil, limit: 10)
        try expect(inner.isEmpty, "a beginning that is not the last word finds something")
        let name = try await store.search("three", owner: nil, limit: 10)
        try expect(name.map(\.job.text) == ["three"], "a file is not found by its name")
        let one = try await store.search("brown", owner: nil, limit: 1)
        try expect(one.count == 1, "a limit of one gives \(one.count)")
    }

    static func separatesOwners(_ store: any ReviewStore) async throws {
        try await store.index([entry("one", "secret plan"), entry("two", "secret plan", owner: "b")])
        let found = try await store.search("secret", owner: Owner("b"), limit: 10)
        try expect(found.map(\.job.text) == ["two"], "another owner's text is found")
    }

    static func takesWordsOnly(_ store: any ReviewStore) async throws {
        try await store.index([entry("one", "either or neither")])
        let queries = [
            "\"", "OR", "a AND (", "name:x", "*", "'; DROP TABLE review_texts; --", "NEAR(a b)", "", "-either",
        ]
        for query in queries {
            _ = try await store.search(query, owner: nil, limit: 10)
        }
        let found = try await store.search("\"either\" OR* neither)", owner: nil, limit: 10)
        try expect(found.count == 1, "punctuation hides words")
    }

    static func replaces(_ store: any ReviewStore) async throws {
        let job = try id("one")
        try await store.index([entry("one", "recognise speech")])
        try await store.index([entry("one", "wreck a nice beach", version: 2)])
        let old = try await store.search("recognise", owner: nil, limit: 10)
        let new = try await store.search("beach", owner: nil, limit: 10)
        try expect(old.isEmpty && new.count == 1, "the old words are still found")
        let summary = try await store.summaries(of: [job])[job]
        try expect(summary?.version == 2, "the old summary is still there")
    }

    static func publishes(_ store: any ReviewStore) async throws {
        let job = try id("one")
        let share = Share(
            token: "tokentokentokentokentokena", job: job, owner: Owner("a"), hasMedia: true, createdAt: 5,
            expiresAt: 100)
        var later = share
        later.token = "tokentokentokentokentokenb"
        try await store.publish(share)
        try await store.publish(later)
        let found = try await store.share(share.token)
        try expect(found == share, "a link comes back different")
        let all = try await store.shares(of: job)
        try expect(all == [later, share], "links do not come newest first")
        let other = try await store.withdraw(share.token, of: id("two"))
        try expect(!other, "a link is withdrawn through another job")
        let gone = try await store.withdraw(share.token, of: job)
        let left = try await store.share(share.token)
        try expect(gone && left == nil, "a withdrawn link still leads")
    }

    static func forgets(_ store: any ReviewStore) async throws {
        let job = try id("one")
        try await store.index([entry("one", "forget me")])
        _ = try await store.change(job) { try $0.setSpeakers(["a": "b"], at: 1) }
        try await store.publish(
            Share(token: "t", job: job, owner: Owner("a"), hasMedia: false, createdAt: 1, expiresAt: 2e9))
        try await store.forget(job)
        let review = try await store.review(of: job)
        let found = try await store.search("forget", owner: nil, limit: 10)
        let share = try await store.share("t")
        try expect(review == Review() && found.isEmpty && share == nil, "something is still known")
    }

    static func forgetsNames(_ store: any ReviewStore) async throws {
        let (one, two) = (try id("one"), try id("two"))
        _ = try await store.change(one) { try $0.setSpeakers(["SPEAKER_00": "Ana", "SPEAKER_01": "Ben"], at: 1) }
        _ = try await store.change(one) { try $0.setSpeakers(["SPEAKER_01": "Ben"], at: 2) }
        _ = try await store.change(two) { try $0.setSpeakers(["SPEAKER_00": "Ben"], at: 1) }
        let changed = try await store.forget(name: "Ana", in: [one, two])
        try await store.wipe()
        try expect(changed == [one], "other reviews were changed: \(changed.map(\.text))")
        let review = try await store.review(of: one)
        let isThere = review.changes.contains { change in
            if case .speakers(let names) = change.kind { names.values.contains("Ana") } else { false }
        }
        try expect(!isThere && review.speakers == ["SPEAKER_01": "Ben"], "a change still holds the name")
    }
}
