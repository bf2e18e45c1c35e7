/// What goes wrong with one answer.
public enum ProviderFault: Sendable, Hashable {
    case none
    /// 429; with or without `Retry-After`, in seconds.
    case tooManyRequests(retryAfter: Double?)
    /// 413 about bytes.
    case tooManyBytes
    /// Groq's 413 about seconds per hour.
    case tooManySeconds(limit: Int)
    /// A status with the service's own error body.
    case status(Int)
    /// The connection breaks after so many bytes of the upload.
    case cutUpload(after: Int)
    /// The connection breaks after so many bytes of the answer.
    case cutAnswer(after: Int)
    /// The answer comes after so many seconds.
    case slow(Double)
    /// Everything is read and nothing is ever answered.
    case never
    /// JSON of another shape, with 200.
    case wrongJSON
    /// Half of the answer, with a length that says it is all.
    case truncatedJSON
    /// A proxy's error page with this status.
    case htmlPage(Int)

    /// As scripts write it: `429:2`, `429`, `413:bytes`, `413:seconds=7200`, `500`, `cut-answer:100`, `cut-upload:100`,
    /// `slow:1.5`, `never`, `wrong-json`, `truncated-json`, `html:502`, `ok`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let value = parts.count > 1 ? parts[1] : nil
        switch parts.first {
        case "ok": self = .none
        case "429": self = .tooManyRequests(retryAfter: value.flatMap(Double.init))
        case "413":
            guard let value else { return nil }
            self =
                value == "bytes"
                ? .tooManyBytes : .tooManySeconds(limit: Int(value.split(separator: "=").last ?? "") ?? 7200)
        case "cut-upload": self = .cutUpload(after: value.flatMap(Int.init) ?? 0)
        case "cut-answer": self = .cutAnswer(after: value.flatMap(Int.init) ?? 0)
        case "slow": self = .slow(value.flatMap(Double.init) ?? 1)
        case "never": self = .never
        case "wrong-json": self = .wrongJSON
        case "truncated-json": self = .truncatedJSON
        case "html": self = .htmlPage(value.flatMap(Int.init) ?? 502)
        case .some(let code):
            guard let status = Int(code), (400...599).contains(status) else { return nil }
            self = .status(status)
        case nil: return nil
        }
    }
}
