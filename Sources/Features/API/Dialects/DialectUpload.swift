import HTTPRouting
import HTTPTypes
import Jobs
import Multipart
import Scheduling

/// The fields of a request in some dialect, in whatever order they come.
protocol DialectForm {
    /// What they come down to.
    var common: RequestForm { get }
    /// Bytes that the media lacks and that are put before it.
    var mediaHeader: [UInt8] { get }

    /// Bytes that a field may have.
    static func longestField(_ name: String) -> Int
    mutating func take(_ name: String, _ value: String) throws
    /// Once everything has come.
    mutating func check() throws
}

extension DialectForm {
    var mediaHeader: [UInt8] { [] }

    static func longestField(_ name: String) -> Int { RequestForm.longestField }

    mutating func take(_ items: QueryItems) throws {
        for pair in items.pairs { try take(pair.name, pair.value) }
    }
}

/// Takes in the one file of a request whose fields some dialect reads.
struct DialectUpload {
    private var receiver: UploadReceiver

    init(_ setup: DialectSetup, owner: Owner) {
        var limits = setup.limits
        limits.files = 1
        receiver = UploadReceiver(
            transcriptions: setup.transcriptions, limits: limits, uploads: setup.uploads, owner: owner)
    }

    var isEmpty: Bool { receiver.isEmpty }

    /// Reads a form whose media is in parts with one of these names.
    mutating func take(
        form request: HTTPRequest, files: Set<String>, _ limits: MultipartParser.Limits,
        into form: inout some DialectForm
    ) async throws {
        let longest = type(of: form).longestField
        let reader = try MultipartReader(request, limits: limits)
        while let part = try await reader.nextPart() {
            if files.contains(part.name) {
                try await receiver.take(
                    name: part.fileName ?? "upload", part.body, expected: request.body.length, form.common,
                    header: form.mediaHeader)
            } else {
                let bytes = try await part.body.collect(upTo: longest(part.name))
                try form.take(part.name, String(decoding: bytes, as: UTF8.self))
            }
        }
        try await takeUpload(form)
    }

    /// The media was uploaded before, if the fields say so.
    mutating func takeUpload(_ form: some DialectForm) async throws {
        if let upload = form.common.upload { try await receiver.take(upload: upload, form.common) }
    }

    /// The body is the media.
    mutating func take(body request: HTTPRequest, named name: String, _ form: some DialectForm) async throws {
        try await receiver.take(
            name: name, request.body, expected: request.body.length, form.common, header: form.mediaHeader)
    }

    mutating func take(address: String, _ form: some DialectForm) async throws {
        try await receiver.take(address: address, form.common)
    }

    /// All fields have come: the job is admitted.
    mutating func finish(_ form: some DialectForm) async throws -> UploadReceiver.Admitted {
        guard let admitted = try await receiver.finish(form.common).first else {
            throw ErrorTable.http(.badRequest, "missing_file", "Send a file.")
        }
        return admitted
    }

    mutating func abandon() async { await receiver.abandon() }
}
