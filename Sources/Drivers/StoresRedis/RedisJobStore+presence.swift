public import Jobs
internal import Redis

extension RedisJobStore {
    /// Says that this process lives for so many seconds at least; to be repeated in a third of them by every process
    /// that takes requests. What only a process held whose time ran out goes: jobs nobody was promised, media that was
    /// still arriving. A process that never said so is not missed.
    ///
    /// - Returns: media that nobody refers to any more; the caller removes it.
    public func stayPresent(for seconds: Double) async throws(JobStoreError) -> [MediaReference] {
        var free: [MediaReference] = []
        for item in try await run(Lua.presence, [node, seconds]).items() {
            if let reference = try item.media() { free.append(reference) }
        }
        return free
    }
}
