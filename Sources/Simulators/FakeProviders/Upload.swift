internal import HTTPTypes
internal import Multipart

/// One upload, read in full.
struct Upload {
    var parameters: [String: [String]] = [:]
    var fileName = ""
    var bytes: [UInt8] = []

    func first(_ name: String) -> String? { parameters[name]?.first }

    /// A form with its file.
    /// - Parameter cut: the connection is to break after so many bytes.
    static func form(
        _ request: HTTPRequest, cut: Int?, arrived: (Int) -> Void
    ) async throws -> Upload {
        var upload = Upload()
        let reader = try MultipartReader(request)
        while let part = try await reader.nextPart() {
            if let name = part.fileName {
                upload.fileName = name
                try await upload.read(part.body, cut: cut, arrived: arrived)
            } else {
                let text = String(decoding: try await part.body.collect(upTo: 1 << 16), as: UTF8.self)
                upload.parameters[part.name, default: []].append(text)
            }
        }
        return upload
    }

    /// - Parameter arrived: told about each piece of the file.
    mutating func read(_ body: IncomingBody, cut: Int?, arrived: (Int) -> Void) async throws {
        for try await chunk in body {
            bytes += chunk
            arrived(chunk.count)
            if let cut, bytes.count >= cut { throw CutConnection() }
        }
    }
}

/// The connection is to break without an answer.
struct CutConnection: Error {}

extension HTTPResponse {
    /// Breaks the connection after `count` bytes of `bytes`, although all were announced.
    static func cut(_ bytes: [UInt8], after count: Int, type: String) -> HTTPResponse {
        let body = OutgoingBody.stream(length: Int64(max(bytes.count, count + 1))) { writer in
            if count > 0 { try await writer.write(Array(bytes.prefix(count))) }
            throw CutConnection()
        }
        return HTTPResponse(.ok, fields: [.contentType: type], body: body)
    }

    static func json(text: String, status: Int = 200, fields: HTTPFields = [:]) -> HTTPResponse {
        var all = fields
        all[.contentType] = "application/json"
        return HTTPResponse(HTTPStatus(status), fields: all, body: .text(text))
    }
}
