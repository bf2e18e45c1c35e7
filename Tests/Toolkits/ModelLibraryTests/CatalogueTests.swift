import Crypto
import ModelLibrary
import Testing

@Suite("Model catalogue")
struct CatalogueTests {
    private let models = ModelCatalogue.standard.models

    @Test("every model has a name of its own, a size, a licence and an https URL")
    func rows() {
        #expect(Set(models.map(\.name)).count == models.count)
        for model in models {
            #expect(model.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) })
            #expect(!model.downloads.isEmpty && model.ramBytes > 1 << 20 && model.diskBytes >= model.downloadBytes)
            #expect(model.licence.url.hasPrefix("https://") && model.licence.attribution?.isEmpty == false)
            for download in model.downloads {
                #expect(download.url.hasPrefix("https://") && download.bytes > 0)
            }
        }
        let hashes = models.flatMap { $0.downloads.map(\.sha256) }
        #expect(Set(hashes).count == hashes.count)
    }

    @Test("the kinds of all parts of the work are there")
    func kinds() {
        let kinds = Set(models.map(\.kind))
        let expected: Set<ModelKind> = [
            .transducer, .whisperGGML, .senseVoice, .segmentation, .speakerEmbedding, .voiceActivity,
        ]
        #expect(kinds == expected)
    }

    @Test("languages are the publishers' lists")
    func languages() throws {
        let catalogue = ModelCatalogue.standard
        #expect(try catalogue.model(named: "parakeet-tdt-0.6b-v3").languages.count == 25)
        #expect(try catalogue.model(named: "whisper-tiny").languages.count == 99)
        #expect(try catalogue.model(named: "whisper-large-v3-turbo-q5_0").languages.count == 100)
        for model in models { #expect(model.kind.recognisesSpeech == !model.languages.isEmpty) }
        for model in models { #expect(Set(model.languages).count == model.languages.count) }
    }

    @Test("a restrictive licence is marked, attribution alone is none")
    func licences() throws {
        #expect(models.filter(\.licence.isRestrictive).map(\.name) == ["sense-voice-small"])
    }

    @Test("a hash that one place alone states is unconfirmed")
    func confirmation() throws {
        var model = try ModelCatalogue.standard.model(named: "whisper-tiny")
        #expect(model.isHashConfirmed)
        model.downloads[0].hashSources = 1
        #expect(!model.isHashConfirmed)
    }

    @Test("an unknown name is answered with the names there are")
    func unknown() throws {
        let error = try #require(throws: ModelError.self) { try ModelCatalogue.standard.model(named: "whisper-giant") }
        #expect(error.code == .unknownModel)
        for model in models { #expect(error.description.contains(model.name)) }
    }
}
