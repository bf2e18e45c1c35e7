import Jobs

/// What differs when several nodes work from one queue.
extension Transcriptions {
    /// Seconds after which a job that another node works on is looked up, whatever was heard of it.
    private static let lookup = 2.0

    /// Something may be claimed that could not be before, here or elsewhere.
    func wake() {
        dispatcher.wake()
        wire?.send(.work)
    }

    /// Ends work that nobody wants any more, wherever it is done.
    func stop(_ execution: ExecutionID?) async {
        guard let execution else { return }
        await dispatcher.stop(execution)
        wire?.send(.stop(execution))
    }

    func listen(to news: AsyncStream<News>) async {
        for await item in news {
            switch item {
            case .work: dispatcher.wake()
            case .progress(let execution, let event): await parts.hub.hear(event, of: execution)
            case .ended(let execution): await lookUp(await parts.hub.jobs(of: execution))
            case .stop(let execution): await dispatcher.stop(execution)
            case .announcements, .keys, .updates: heard(item)
            }
        }
    }

    /// News may be lost, and a node may die with what it was about to say: the store has the last word.
    func followUp() async {
        while (try? await Task.sleep(for: .seconds(Self.lookup))) != nil {
            var elsewhere: Set<JobID> = []
            for (job, execution) in await parts.hub.unfinished where await !dispatcher.isRunning(execution) {
                elsewhere.insert(job)
            }
            await lookUp(elsewhere)
        }
    }

    /// Tells what the store knows of jobs that are spoken of here.
    private func lookUp(_ jobs: Set<JobID>) async {
        for id in jobs {
            // A store that cannot be reached is asked again.
            guard let view = try? await parts.store.job(id, owner: nil) else { continue }
            guard view.state.isFinal else {
                // Another execution computes the same.
                await parts.hub.attach(id, to: view.execution.id)
                continue
            }
            if let ending = try? await finished(view) { await parts.hub.end(id, ending) }
        }
    }
}

/// Jobs that nobody was promised anything for: where the queue is shared they are rows like all others, because another
/// node may compute them, and are removed when those who waited have gone.
actor FleetingJobs {
    /// Seconds that they stay: the same request, sent again to another node, may still read the text.
    private static let stay = 60.0

    private var waiting: Set<JobID> = []
    private var released: [JobID: Double] = [:]

    func add(_ id: JobID) { waiting.insert(id) }

    func release(_ id: JobID, at moment: Double) {
        if waiting.remove(id) != nil { released[id] = moment }
    }

    /// Those whose time is over; they are forgotten here.
    func due(_ moment: Double) -> [JobID] {
        let due = released.filter { moment - $0.value >= Self.stay }.map(\.key)
        for id in due { released[id] = nil }
        return due
    }
}
