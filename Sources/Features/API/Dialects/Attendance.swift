import Jobs
import Scheduling
import Transcripts

/// Waits for what one request asked for.
///
/// Clients that lost patience or their connection send the same file again, without any sign that it is the same. So a
/// job whose client left goes on for a while; the repeated upload joins it, and only then is it dropped.
struct Attendance: Sendable {
    let transcriptions: Transcriptions
    let owner: Owner
    /// Longer than the longest wait before a retry of the usual clients, and an upload.
    var patience = Duration.seconds(60)

    /// The ending of an admitted job; lets go of it in any case.
    func ending(of admission: Admission) async throws -> Result<Transcript, JobFailure> {
        do {
            return try await wait(for: admission)
        } catch {
            leave(admission, isAbandoned: Task.isCancelled)
            throw error
        }
    }

    /// The same; who gets no ending must `leave` the admission.
    func wait(for admission: Admission) async throws -> Result<Transcript, JobFailure> {
        switch admission {
        case .known(_, let transcript): return .success(transcript)
        case .accepted(let id, _, _):
            let ending = try await transcriptions.ending(of: id, owner: owner)
            await transcriptions.release(admission)
            return ending
        }
    }

    /// Nobody waits any longer.
    /// - Parameter isAbandoned: the client went, and may come back.
    func leave(_ admission: Admission, isAbandoned: Bool) {
        // Awaited by nobody: it only lets go, and what it leaves undone a restart does.
        Task { [self] in
            if isAbandoned, case .accepted(let id, isOwn: true, _) = admission {
                try? await Task.sleep(for: patience)
                _ = try? await transcriptions.cancel(id, owner: owner)
            }
            await transcriptions.release(admission)
        }
    }
}
