import HTTPRouting
import Jobs

extension API {
    /// A model that clients may name.
    public struct ModelEntry: Sendable, Hashable {
        public var name: String
        public var engine: String
        /// Recognises the language where none is given.
        public var detectsLanguage: Bool

        public init(name: String, engine: String, detectsLanguage: Bool) {
            self.name = name
            self.engine = engine
            self.detectsLanguage = detectsLanguage
        }
    }

    /// Routes that speak other makers' dialects.
    static func addDialects(_ setup: DialectSetup, _ about: About, to router: inout Router) {
        addOpenAI(setup, about, to: &router)
        let listen = DeepgramHandler(setup: setup, now: about.now)
        router.post("/v1/listen", DialectOperations.listen) { request, _ in try await listen.answer(request) }
        let models = about.models
        let asr = ASRHandlers(setup: setup) { await models().contains(where: \.detectsLanguage) }
        router.post("/asr", DialectOperations.asr) { request, _ in try await asr.transcribe(request) }
        router.post("/detect-language", DialectOperations.detectLanguage) { request, _ in
            try await asr.detectLanguage(request)
        }
    }

    private static func addOpenAI(_ setup: DialectSetup, _ about: About, to router: inout Router) {
        let transcribe = OpenAIHandlers(setup: setup, task: .transcribe)
        router.post("/v1/audio/transcriptions", DialectOperations.transcriptions) { request, _ in
            try await transcribe.answer(request)
        }
        let translate = OpenAIHandlers(setup: setup, task: .translate)
        router.post("/v1/audio/translations", DialectOperations.translations) { request, _ in
            try await translate.answer(request)
        }
        let models = ModelHandlers(models: about.models)
        router.get("/v1/models", DialectOperations.models) { request, _ in try await models.list(request) }
        router.get("/v1/models/{id...}", DialectOperations.oneModel, models.one)
    }
}
