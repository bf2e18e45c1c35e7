import Scheduling
import Uploads

/// What handlers of every dialect share.
struct DialectSetup: Sendable {
    let transcriptions: Transcriptions
    let limits: API.Limits
    let uploads: UploadDesk
    /// For requests that name no engine, and no model.
    let providers: [String]
    let model: String?

    /// An empty form of the own dialect: what every dialect's fields come down to.
    var form: RequestForm { RequestForm(providers: providers, model: model) }
}
