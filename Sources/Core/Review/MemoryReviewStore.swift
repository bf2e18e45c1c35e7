public import Jobs

/// Reviews in memory, for tests and for programs that end with their work.
public actor MemoryReviewStore: ReviewStore {
    private var reviews: [JobID: Review] = [:]
    private var entries: [JobID: TextEntry] = [:]
    private var published: [Share] = []

    public init() {}

    public func review(of job: JobID) -> Review { reviews[job] ?? Review() }

    public func change(
        _ job: JobID, _ edit: @escaping @Sendable (inout Review) throws -> Void
    ) throws(ReviewStoreError) -> Review {
        var review = reviews[job] ?? Review()
        do {
            try edit(&review)
        } catch let refusal as ReviewRefusal {
            throw .refused(refusal)
        } catch {
            throw .broken("\(error)")
        }
        reviews[job] = review
        return review
    }

    public func index(_ added: [TextEntry]) {
        for entry in added { entries[entry.job] = entry }
    }

    public func summaries(of jobs: [JobID]) -> [JobID: TextSummary] {
        Dictionary(uniqueKeysWithValues: Set(jobs).compactMap { job in entries[job].map { (job, $0.summary) } })
    }

    public func search(_ query: String, owner: Owner?, limit: Int) -> [SearchHit] {
        let sought = SearchWords.words(of: query).map { $0.lowercased() }
        guard let last = sought.last else { return [] }
        let found = entries.values.filter { entry in
            guard owner == nil || entry.owner == owner else { return false }
            let words = Set(SearchWords.allWords(of: entry.name + " " + entry.text))
            return sought.dropLast().allSatisfy(words.contains) && words.contains { $0.hasPrefix(last) }
        }
        return found.sorted { $0.job.text < $1.job.text }.prefix(max(0, limit)).map {
            SearchHit(job: $0.job, excerpt: SearchWords.marked(String($0.text.prefix(120)), sought))
        }
    }

    public func publish(_ share: Share) { published.append(share) }

    public func share(_ token: String) -> Share? { published.first { $0.token == token } }

    public func shares(of job: JobID) -> [Share] { published.filter { $0.job == job }.reversed() }

    public func withdraw(_ token: String, of job: JobID) -> Bool {
        let before = published.count
        published.removeAll { $0.token == token && $0.job == job }
        return published.count < before
    }

    public func forget(name: String, in jobs: [JobID]) -> [JobID] {
        jobs.filter { job in
            guard var review = reviews[job], review.forget(name: name) else { return false }
            reviews[job] = review
            return true
        }
    }

    public func wipe() {}

    public func sweep() {}

    public func forget(_ job: JobID) {
        reviews[job] = nil
        entries[job] = nil
        published.removeAll { $0.job == job }
    }
}

extension SearchWords {
    fileprivate static func allWords(of text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    fileprivate static func marked(_ text: String, _ sought: [String]) -> String {
        text.split(separator: " ").map { word in
            let isFound = sought.contains { word.lowercased().hasPrefix($0) }
            return isFound ? SearchHit.marks.begin + word + SearchHit.marks.end : String(word)
        }.joined(separator: " ")
    }
}
