extension MemoryJobRecords {
    func insert(_ announcement: Announcement) { announcements[announcement.id] = announcement }

    func announcement(_ id: String) -> Announcement? { announcements[id] }

    func update(_ announcement: Announcement) { announcements[announcement.id] = announcement }

    func removeAnnouncement(_ id: String) { announcements[id] = nil }

    func removeAnnouncements(of job: JobID) { announcements = announcements.filter { $0.value.job != job } }

    /// The first of each job, as far as the query lets it through.
    private func first(_ query: AnnouncementQuery) -> [Announcement] {
        Dictionary(grouping: announcements.values, by: \.job).values
            .compactMap { $0.min { $0.sequence < $1.sequence } }
            .filter { !query.passingOver.contains($0.id) && !query.withoutTargets.contains($0.callback.target) }
    }

    func announcements(_ query: AnnouncementQuery, dueBy wall: Double) -> [Announcement] {
        let due = first(query).filter { $0.dueAt <= wall }.sorted { ($0.dueAt, $0.sequence) < ($1.dueAt, $1.sequence) }
        return Array(due.prefix(max(0, query.limit)))
    }

    func earliestAnnouncement(_ query: AnnouncementQuery) -> Double? { first(query).map(\.dueAt).min() }

    func hasAnnouncements(_ execution: ExecutionID) -> Bool {
        let jobs = Set(jobs(of: execution).map(\.id))
        return announcements.values.contains { jobs.contains($0.job) }
    }
}
