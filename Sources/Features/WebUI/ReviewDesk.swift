import Jobs
import Review
import Scheduling
import Transcripts

/// Keeps the search in step with the texts.
struct ReviewDesk: Sendable {
    /// Texts read for one answer; the next answer reads on.
    private static let mostAtOnce = 100
    private static let excerptLength = 180

    private let ports: WebUI.Ports

    init(_ ports: WebUI.Ports) { self.ports = ports }

    /// What is known of these finished jobs; texts that were not looked at yet are read now.
    func summaries(of views: [JobView]) async throws -> [JobID: TextSummary] {
        let finished = views.filter { $0.state == .succeeded }
        var known = try await ports.reviews.summaries(of: finished.map(\.job.id))
        var entries: [TextEntry] = []
        for view in finished where known[view.job.id] == nil && entries.count < Self.mostAtOnce {
            guard let entry = try await entry(view) else { continue }
            entries.append(entry)
            known[entry.job] = entry.summary
        }
        if !entries.isEmpty { try await ports.reviews.index(entries) }
        return known
    }

    /// A text was changed.
    func refresh(_ view: JobView) async throws {
        guard let entry = try await entry(view) else { return }
        try await ports.reviews.index([entry])
    }

    private func entry(_ view: JobView) async throws -> TextEntry? {
        guard let transcript = try await ports.transcriptions.transcript(of: view.job.id, owner: nil) else {
            return nil
        }
        let text = transcript.text
        let speakers = Set(transcript.segments.compactMap(\.speaker))
        let words = transcript.segments.reduce(0) { $0 + $1.text.split(whereSeparator: \.isWhitespace).count }
        return TextEntry(
            job: view.job.id, owner: view.job.owner, name: view.job.name,
            text: (speakers.sorted() + [text]).joined(separator: " "),
            summary: TextSummary(
                duration: transcript.duration, language: transcript.language, engine: transcript.engine,
                model: transcript.model, words: words, speakers: speakers.count,
                excerpt: String(text.prefix(Self.excerptLength)),
                version: try await ports.reviews.review(of: view.job.id).version))
    }
}
