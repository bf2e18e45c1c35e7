/// What `/metrics` said once: the sum of each figure by its name and, where it has one, a label's value.
struct MonitorReading: Sendable, Equatable {
    private var values: [String: [String: Double]] = [:]

    /// Reads the text format of Prometheus as this server writes it; lines that are none are passed over.
    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            let series = line[..<space]
            let name = String(series.prefix { $0 != "{" })
            let labels = series.dropFirst(name.count).dropFirst().dropLast()
            let pair = labels.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
            values[name, default: [:]][pair.count > 1 ? String(pair[1]) : "", default: 0] += value
        }
    }

    /// Over all labels; nil for what was not told.
    func sum(_ name: String) -> Double? { values[name].map { $0.values.reduce(0, +) } }

    /// With this value of the first label.
    func value(_ name: String, _ label: String) -> Double { values[name]?[label] ?? 0 }

    func labels(_ name: String) -> [(label: String, value: Double)] {
        (values[name] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The view, one line each.
    /// - Parameter before: the reading before this one, and the seconds between them: what happened per minute.
    func lines(before: (reading: MonitorReading, seconds: Double)? = nil) -> [String] {
        func whole(_ name: String) -> String { sum(name).map { String(Int($0)) } ?? "-" }
        func bytes(_ name: String) -> String { sum(name).map { "\(Int($0 / 1e6)) MB" } ?? "-" }
        func perMinute(_ name: String, _ label: String? = nil) -> String {
            guard let before, before.seconds > 0 else { return "-" }
            let now = label.map { value(name, $0) } ?? sum(name) ?? 0
            let then = label.map { before.reading.value(name, $0) } ?? before.reading.sum(name) ?? 0
            // A server that was started anew counts from nothing.
            return String(Int((max(0, now - then) * 60 / before.seconds).rounded()))
        }
        let version = labels("stentor_build_info").first?.label ?? "-"
        let paused = sum("stentor_queue_paused") == 1 ? "   PAUSED" : ""
        let ratio = sum("stentor_cache_hit_ratio").map { "\(Int(($0 * 100).rounded())) %" } ?? "-"
        var lines = [
            "Stentor \(version)\(paused)",
            "",
            "queue      short \(Int(value("stentor_queue_waiting", "short"))) waiting, "
                + "\(Int(value("stentor_queue_running", "short"))) running    bulk "
                + "\(Int(value("stentor_queue_waiting", "bulk"))) waiting, "
                + "\(Int(value("stentor_queue_running", "bulk"))) running",
            "a minute   \(perMinute("stentor_jobs_total", "succeeded")) done, "
                + "\(perMinute("stentor_jobs_total", "failed")) failed, \(perMinute("stentor_requests_total")) requests, "
                + "\(perMinute("stentor_audio_seconds_total")) s of audio",
            "engines    \(whole("stentor_engine_slots_busy")) of \(whole("stentor_engine_slots")) slots busy, "
                + "\(whole("stentor_engine_host_starts")) starts",
            "cache      \(whole("stentor_cache_entries")) texts, \(bytes("stentor_cache_bytes")), \(ratio) answered",
            "disk       \(bytes("stentor_disk_free_bytes")) free; "
                + labels("stentor_data_bytes").map { "\($0.label) \(Int($0.value / 1e6))" }.joined(separator: ", ")
                + " MB",
            "waiting    \(whole("stentor_callbacks_waiting")) callbacks, \(whole("stentor_uploads_open")) uploads, "
                + "\(whole("stentor_telegram_messages_waiting")) messages to Telegram",
            "process    \(bytes("process_resident_memory_bytes")), \(whole("process_open_fds")) descriptors, "
                + "\(whole("stentor_lease_losses_total")) leases lost",
        ]
        let failures = labels("stentor_attempt_failures_total")
        if !failures.isEmpty {
            lines.append("failures   " + failures.map { "\($0.label) \(Int($0.value))" }.joined(separator: ", "))
        }
        return lines
    }
}
