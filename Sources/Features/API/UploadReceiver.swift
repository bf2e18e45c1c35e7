import HTTPTypes
import Jobs
import Multipart
import Scheduling
import Uploads

/// Takes in the files of one request, one after the other, none of them held in memory.
struct UploadReceiver {
    struct Admitted: Sendable {
        let name: String
        let admission: Admission
        /// SHA-256 of the media; nil where it has not come yet.
        var sha256: String?
    }

    private enum Item {
        case file(String, Intake)
        case address(String)
    }

    private static let longestName = 255

    let transcriptions: Transcriptions
    let limits: API.Limits
    let uploads: UploadDesk
    let owner: Owner
    private var items: [Item] = []
    private(set) var batch: JobID?

    init(transcriptions: Transcriptions, limits: API.Limits, uploads: UploadDesk, owner: Owner) {
        self.transcriptions = transcriptions
        self.limits = limits
        self.uploads = uploads
        self.owner = owner
    }

    var isEmpty: Bool { items.isEmpty }

    /// - Parameter whole: bytes of the form, which are nearly those of its file.
    mutating func take(_ part: MultipartPart, _ form: RequestForm, of whole: Int64?) async throws {
        try await take(name: part.fileName ?? "upload", part.body, expected: whole, form)
    }

    /// - Parameters:
    ///   - expected: bytes, when the sender says so.
    ///   - header: bytes that the media lacks and that are put before it.
    mutating func take(
        name: String, _ body: IncomingBody, expected: Int64?, _ form: RequestForm, header: [UInt8] = []
    ) async throws {
        try makeRoom(form)
        let name = Self.cleaned(name)
        let intake = try await transcriptions.receive(
            draft(form, name), form.wish, expectedBytes: expected.map { $0 + Int64(header.count) })
        items.append(.file(name, intake))
        if !header.isEmpty { try await intake.append(header) }
        for try await chunk in body.limited(to: limits.upload) { try await intake.append(chunk) }
    }

    /// A file that was uploaded before.
    mutating func take(upload id: UploadID, _ form: RequestForm) async throws {
        try makeRoom(form)
        let (medium, given) = try await uploads.medium(id, owner: owner)
        let name = Self.cleaned(given)
        items.append(.file(name, await transcriptions.receive(draft(form, name), form.wish, whole: medium)))
    }

    mutating func take(address: String, _ form: RequestForm) async throws {
        try makeRoom(form)
        if form.isAsync {
            items.append(.address(address))
            return
        }
        let name = Self.cleaned(address.split(separator: "?")[0].split(separator: "/").last.map(String.init) ?? "")
        let intake = try await transcriptions.receive(draft(form, name), form.wish, expectedBytes: nil)
        items.append(.file(name, intake))
        try await transcriptions.fetch(address, into: intake)
    }

    private mutating func makeRoom(_ form: RequestForm) throws(HTTPError) {
        guard items.count < limits.files else {
            throw ErrorTable.http(
                .badRequest, "too_many_files",
                "One request may bring at most \(limits.files) files; send them in parts.")
        }
        if items.count == 1 {
            guard form.id == nil, form.address == nil else {
                throw ErrorTable.http(
                    .badRequest, "too_many_files", "A request with a job id or an address takes one file only.")
            }
            var generator = SystemRandomNumberGenerator()
            batch = JobID.random(using: &generator)
        }
    }

    private func draft(_ form: RequestForm, _ name: String) -> JobDraft {
        JobDraft(
            id: form.id, owner: owner, name: name, priority: form.priority, batch: batch, callback: form.callback,
            isDurable: form.isAsync, keeping: form.keeping)
    }

    /// All fields have come: the jobs are admitted. The first one of a batch was received before it was one.
    mutating func finish(_ form: RequestForm) async throws -> [Admitted] {
        var admitted: [Admitted] = []
        for item in items {
            switch item {
            case .file(let name, let intake):
                let admission = try await intake.finish(
                    form.wish, batch: batch, isDurable: form.isAsync, callback: form.callback,
                    keeping: form.keeping)
                admitted.append(Admitted(name: name, admission: admission, sha256: await intake.sha256))
            case .address(let address):
                let admission = try await transcriptions.submit(
                    address: address, draft(form, Self.cleaned(address)), form.wish)
                admitted.append(Admitted(name: address, admission: admission))
            }
        }
        items = []
        return admitted
    }

    /// Lets go of everything that was not admitted.
    mutating func abandon() async {
        for case .file(_, let intake) in items { await intake.abandon() }
        items = []
    }

    /// Names are shown and never used as a path: the last part, on one line, of a sensible length.
    static func cleaned(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        let visible = last.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
        let text = String(String.UnicodeScalarView(visible.prefix(longestName)))
        return text.isEmpty ? "upload" : text
    }
}
