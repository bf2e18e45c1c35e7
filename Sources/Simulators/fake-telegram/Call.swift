import HTTPRouting
import HTTPTypes
import Multipart

/// One call of a method, whatever form its parameters came in.
struct Call: Sendable {
    var parameters: [String: JSONValue] = [:]
    var files: [String: (name: String, bytes: [UInt8])] = [:]

    static func read(_ request: HTTPRequest) async throws -> Call {
        var call = Call()
        for pair in request.queryItems.pairs { call.parameters[pair.name] = .text(pair.value) }
        let type = request.fields[.contentType]?.lowercased() ?? ""
        if type.hasPrefix("multipart/form-data") {
            let reader = try MultipartReader(request)
            while let part = try await reader.nextPart() {
                let bytes = try await part.body.collect(upTo: 60 << 20)
                if let name = part.fileName {
                    call.files[part.name] = (name, bytes)
                } else {
                    call.parameters[part.name] = .text(String(decoding: bytes, as: UTF8.self))
                }
            }
            return call
        }
        let bytes = try await request.body.collect(upTo: 4 << 20)
        if type.hasPrefix("application/json"), case .object(let values)? = JSONValue.parse(bytes) {
            call.parameters.merge(values) { $1 }
        } else if type.hasPrefix("application/x-www-form-urlencoded") {
            for pair in QueryItems(String(decoding: bytes, as: UTF8.self)).pairs {
                call.parameters[pair.name] = .text(pair.value)
            }
        }
        return call
    }

    func whole(_ name: String) -> Int64? { parameters[name]?.whole }
    func text(_ name: String) -> String? { parameters[name]?.text }

    /// An object or list: as JSON, or as JSON in a text.
    func json(_ name: String) -> JSONValue? {
        guard let value = parameters[name], value != .null else { return nil }
        if case .text(let text) = value { return JSONValue.parse(Array(text.utf8)) }
        return value
    }

    func chat() throws(Refusal) -> Int64 {
        guard let id = whole("chat_id") else { throw .bad("chat_id is empty") }
        return id
    }
}
