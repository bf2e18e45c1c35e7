import Jobs
import Scheduling
import Transcripts

/// The answer to a request that does not wait.
struct JobPromise: Encodable {
    let job_id: String
    let task_id: String
    let name: String
    let status: String
    let cached: Bool

    init(_ admitted: UploadReceiver.Admitted) {
        job_id = admitted.admission.job.text
        task_id = job_id
        name = admitted.name
        if case .known = admitted.admission {
            status = "completed"
            cached = true
        } else {
            status = "queued"
            cached = false
        }
    }
}

struct BatchPromise: Encodable {
    let batch_id: String
    let jobs: [JobPromise]

    init(_ batch: JobID, _ admissions: [UploadReceiver.Admitted]) {
        batch_id = batch.text
        jobs = admissions.map(JobPromise.init)
    }
}

struct BatchResult: Encodable {
    let batch_id: String
    let results: [BatchItem]
}

/// One file of a batch: its transcript, or why there is none.
struct BatchItem: Encodable {
    let name: String
    let job_id: String
    let result: TranscriptBody?
    let error: ProgressBody.Failure?

    init(_ name: String, _ body: TranscriptBody) {
        self.name = name
        job_id = body.job_id
        result = body
        error = nil
    }

    init(_ name: String, _ id: JobID, _ failure: JobFailure) {
        self.name = name
        job_id = id.text
        result = nil
        error = .init(code: failure.code, message: failure.description)
    }
}
