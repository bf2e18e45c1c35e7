import Telemetry

/// Counts what is worth a warning, by the event's name, before it is written down.
struct CountingLog: EventLog {
    let next: any EventLog
    let metrics: Metrics

    func note(_ event: LogEvent) {
        // Names are the program's own words, so there are only so many; a stranger's words are never among them.
        if event.level >= .warning { metrics.add(to: .init("stentor_log_events_total", ["event": event.name])) }
        next.note(event)
    }
}
