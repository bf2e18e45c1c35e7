internal import Jobs
internal import Redis

/// Replies of the scripts, taken apart. Anything unexpected is an error.
extension RedisValue {
    func items(_ atLeast: Int = 0) throws(JobStoreError) -> [RedisValue] {
        guard let array, array.count >= atLeast else { throw Coding.unreadable("reply") }
        return array
    }

    func word() throws(JobStoreError) -> String {
        guard let text else { throw Coding.unreadable("reply") }
        return text
    }

    func raw() throws(JobStoreError) -> [UInt8] {
        guard let bytes else { throw Coding.unreadable("reply") }
        return bytes
    }

    func number() throws(JobStoreError) -> Int {
        guard let integer else { throw Coding.unreadable("reply") }
        return Int(integer)
    }

    /// Job, its record, execution, its record.
    func view() throws(JobStoreError) -> JobView {
        let parts = try items(4)
        return JobView(
            job: try Coding.job(try parts[0].word(), try parts[1].raw()),
            execution: try Coding.execution(try parts[2].word(), try parts[3].raw()))
    }

    /// Names and records by turns.
    func jobs(from start: Int) throws(JobStoreError) -> [Job] {
        let parts = try items(start)
        var jobs: [Job] = []
        for index in stride(from: start, to: parts.count - 1, by: 2) {
            jobs.append(try Coding.job(try parts[index].word(), try parts[index + 1].raw()))
        }
        return jobs
    }

    /// Empty for none.
    func media() throws(JobStoreError) -> MediaReference? { try Coding.media(try word()) }
}
