import HTTPRouting
import HTTPTypes

/// `GET /v1/models`, `GET /v1/models/{id}`.
struct ModelHandlers: Sendable {
    struct Body: Encodable {
        let id: String
        let object = "model"
        /// Seconds since 1970; models here have no birthday that anybody reads.
        let created = 0
        let owned_by: String
    }

    private struct List: Encodable {
        let object = "list"
        let data: [Body]
    }

    /// Some clients send nothing before they have seen this name.
    private static let alias = Body(id: "whisper-1", owned_by: "stentor")

    /// Installed models with their engines.
    let models: @Sendable () async -> [API.ModelEntry]

    func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        _ = try request.principal
        return try .json(List(data: await all()))
    }

    func one(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        _ = try request.principal
        let id = parameters["id"]
        if let found = await all().first(where: { $0.id == id }) { return try .json(found) }
        guard OpenAIForm.isAlias(id) else {
            throw ErrorTable.http(
                .notFound, "no_such_model", "There is no such model; GET /v1/models lists them.", parameter: "model")
        }
        return try .json(Body(id: id, owned_by: Self.alias.owned_by))
    }

    private func all() async -> [Body] {
        var seen: Set<String> = [Self.alias.id]
        return [Self.alias]
            + (await models()).filter { seen.insert($0.name).inserted }.map { Body(id: $0.name, owned_by: $0.engine) }
    }
}
