import Foundation
import HTTPTypes
import Testing

@testable import HTTPRouting

@Suite("The description of an interface")
struct OpenAPIDocumentTests {
    private static let operation = Operation(
        "Says something.", family: "Words", parameters: [.init("loud", in: .query, .truth, "In capitals.")],
        bodies: [.form(["file": .file, "count": .whole(1...3)], required: ["file"])],
        answers: [.init(.ok, "It was said.", [.json(.object(["said": .text], required: ["said"]))])],
        refusals: [.notFound])

    private func document() throws -> [String: Any] {
        var router = Router()
        router.post("/say/{word}", Self.operation) { _, _ in .text("") }
        router.get("/files/{rest...}", .init("Reads.", family: "Files", answers: [], isOpen: true)) { _, _ in .text("")
        }
        router.get("/unsaid") { _, _ in .text("") }
        let document = OpenAPIDocument(title: "T", version: "1", summary: "S", routes: router.routes)
        return try #require(try JSONSerialization.jsonObject(with: Data(document.encoded())) as? [String: Any])
    }

    private func at(_ path: String..., in object: [String: Any]) -> Any? {
        path.reduce(object as Any?) { ($0 as? [String: Any])?[$1] }
    }

    @Test("a described route is there with its parameters, bodies and statuses")
    func described() throws {
        let document = try document()
        #expect(document["openapi"] as? String == "3.1.0")
        let say = try #require(at("paths", "/say/{word}", "post", in: document) as? [String: Any])
        #expect(say["operationId"] as? String == "post_say_word" && say["tags"] as? [String] == ["Words"])
        let parameters = try #require(say["parameters"] as? [[String: Any]])
        #expect(parameters.map { $0["name"] as? String } == ["word", "loud"])
        #expect(parameters.map { $0["required"] as? Bool } == [true, false])
        let form = at("requestBody", "content", "multipart/form-data", "schema", in: say) as? [String: Any]
        #expect(form?["required"] as? [String] == ["file"])
        #expect(at("properties", "count", "maximum", in: form ?? [:]) as? Int == 3)
        let statuses = try #require(say["responses"] as? [String: Any]).keys
        #expect(Set(statuses).isSuperset(of: ["200", "400", "401", "404", "413", "429"]))
    }

    @Test("an open operation asks for no key and is named among open paths only without parameters")
    func open() throws {
        let document = try document()
        let read = try #require(at("paths", "/files/{rest}", "get", in: document) as? [String: Any])
        #expect((read["security"] as? [Any])?.isEmpty == true)
        #expect(at("responses", "401", in: read) == nil)
        let routes = [
            Route(.get, "/a", .init("", family: "", answers: [], isOpen: true)), Route(.get, "/b", Self.operation),
            Route(.get, "/c/{d}", .init("", family: "", answers: [], isOpen: true)), Route(.get, "/e", nil),
            Route(.post, "/a2", .init("", family: "", answers: [], isOpen: true)), Route(.get, "/a2", Self.operation),
        ]
        #expect(routes.openPaths == ["/a"])
    }

    @Test("a route nobody described is not in it")
    func undescribed() throws {
        #expect(at("paths", "/unsaid", in: try document()) == nil)
    }
}
