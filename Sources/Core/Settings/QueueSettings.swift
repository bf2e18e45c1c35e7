/// The queue of jobs, and how long things are kept.
public struct QueueSettings: Sendable, Hashable {
    /// `QUEUE_MAX_WORKERS`: jobs that wait on others, side by side; 0 leaves all work to other nodes.
    public var workers: Int
    /// `QUEUE_MAX_RETRIES`.
    public var retries: Int
    /// `QUEUE_RETRY_DELAY`: seconds, the base of the backoff.
    public var retryDelay: Double
    /// `QUEUE_RATE_LIMIT_PER_USER`: jobs of one user running at once.
    public var perUser: Int
    /// `QUEUE_MAX_WAITING_PER_USER`.
    public var waitingPerUser: Int
    /// `QUEUE_BATCH_CONCURRENCY`: items of one batch side by side.
    public var batchConcurrency: Int
    /// `STENTOR_JOB_TIMEOUT`: seconds without progress.
    public var jobTimeout: Double
    /// `STENTOR_RECYCLE_AFTER`: jobs per engine or media host before it is replaced.
    public var recycleAfter: Int
    /// `STENTOR_KEEP_JOBS_HOURS`: finished jobs and the media of failed ones.
    public var keepJobsHours: Double
    /// `STENTOR_KEEP_MEDIA` for the API and the bot, in seconds: media of jobs that succeeded.
    public var keepMedia: Double

    /// `STENTOR_KEEP_MEDIA` for the page: a week unless it is set.
    public var keepPageMedia: Double
    /// `STENTOR_KEEP_HISTORY`: texts of the page, in seconds; unset is until somebody deletes them.
    public var keepHistory: Double

    init(_ reader: inout SettingsReader) {
        workers = reader.integer("QUEUE_MAX_WORKERS", in: 0...1000) ?? 5
        retries = reader.integer("QUEUE_MAX_RETRIES", in: 0...100) ?? 2
        retryDelay = reader.number("QUEUE_RETRY_DELAY", in: 0...3600) ?? 5
        perUser = reader.integer("QUEUE_RATE_LIMIT_PER_USER", in: 1...1000) ?? 3
        waitingPerUser = reader.integer("QUEUE_MAX_WAITING_PER_USER", in: 1...10_000_000) ?? 1000
        batchConcurrency = reader.integer("QUEUE_BATCH_CONCURRENCY", in: 1...1000) ?? 3
        jobTimeout = reader.number("STENTOR_JOB_TIMEOUT", in: 1...604_800) ?? 1800
        recycleAfter = reader.integer("STENTOR_RECYCLE_AFTER", in: 1...1_000_000) ?? 10
        keepJobsHours = reader.number("STENTOR_KEEP_JOBS_HOURS", in: 0...87_600) ?? 24
        let media = reader.duration("STENTOR_KEEP_MEDIA")
        keepMedia = media ?? 0
        keepPageMedia = media ?? 7 * 86_400
        keepHistory = reader.duration("STENTOR_KEEP_HISTORY") ?? 1e11
    }
}
