import CloudRouting
import FakeProviders
import Foundation
import HTTPTypes
import Testing
import Transcription

@testable import CloudProviders

@Suite("Cloud recognisers", .serialized)
struct CloudRecognizerTests {
    private static let starts = [0.5, 1.2, 1.9, 3.0]

    @Test("words come back with their times from every service", arguments: ProviderAccount.Service.allCases)
    func words(service: ProviderAccount.Service) async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.init(service)) { $0.hearing = .tones }
            let pcm = try fixture.audio(seconds: 4, words: Self.starts)
            let (recognition, _) = try await fixture.recognizer(service).attempt(
                0..<pcm.samples, of: pcm, RecognitionOptions(), within: 20)
            #expect(recognition.text == "w0 w1 w2 w3")
            #expect(recognition.language == "en")
            #expect(recognition.words.map(\.text) == ["w0", "w1", "w2", "w3"])
            for (word, start) in zip(recognition.words, Self.starts) { #expect(abs(word.start - start) < 0.05) }
        }
    }

    @Test("a part is sent from its own samples, times counted from its start")
    func part() async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            let pcm = try fixture.audio(seconds: 4, words: Self.starts)
            let (recognition, _) = try await fixture.recognizer(.groq).attempt(
                PCMFormat.sample(at: 1.7)..<PCMFormat.sample(at: 3.7), of: pcm, RecognitionOptions(), within: 20)
            #expect(recognition.text == "w2 w3")
            #expect(abs(recognition.words[0].start - 0.2) < 0.05)
        }
    }

    @Test("each fault is the documented error", arguments: ProviderAccount.Service.allCases)
    func faults(service: ProviderAccount.Service) async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            let recognizer = fixture.recognizer(service)
            let isDeepgram = service == .deepgram
            let expected: [(ProviderFault, ProviderError.Kind, Double?)] = [
                (.tooManyRequests(retryAfter: 7), .rateLimited(isDeepgram ? .concurrency : .unknown), 7),
                (.tooManyRequests(retryAfter: nil), .rateLimited(isDeepgram ? .concurrency : .unknown), nil),
                (.tooManyBytes, .tooManyBytes, nil),
                (.tooManySeconds(limit: 7200), isDeepgram ? .tooManyBytes : .tooManySeconds(limit: 7200), nil),
                (.status(400), .refused(status: 400), nil), (.status(401), .keyRefused, nil),
                (.status(402), .paymentRequired, nil), (.status(403), .keyRefused, nil),
                (.status(404), .unknownModel, nil), (.status(408), .slowUpload, nil),
                (.status(500), .unavailable(status: 500), nil), (.status(503), .unavailable(status: 503), nil),
                (.status(504), .timedOut, nil), (.cutUpload(after: 10), .connection, nil),
                (.cutAnswer(after: 0), .connection, nil), (.cutAnswer(after: 20), .connection, nil),
                (.wrongJSON, .malformedAnswer, nil), (.truncatedJSON, .malformedAnswer, nil),
                (.htmlPage(502), .unavailable(status: 502), nil), (.htmlPage(200), .malformedAnswer, nil),
            ]
            for (fault, kind, retryAfter) in expected {
                fixture.providers.script(.init(service), [fault])
                let error = await #expect(throws: ProviderError.self, "\(fault)") {
                    _ = try await recognizer.attempt(0..<pcm.samples, of: pcm, RecognitionOptions(), within: 20)
                }
                #expect(error?.kind == kind, "\(fault)")
                #expect(error?.retryAfter == retryAfter, "\(fault)")
                #expect(error?.provider == service.rawValue)
                #expect(error.map { "\($0)".contains(ProviderFixture.key.prefix(6)) } == false)
            }
        }
    }

    @Test("a provider that accepts and never answers is left in time", arguments: [ProviderFault.never, .slow(60)])
    func never(fault: ProviderFault) async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            fixture.providers.script(.groq, [fault])
            let error = await #expect(throws: ProviderError.self) {
                _ = try await fixture.recognizer(.groq).attempt(
                    0..<pcm.samples, of: pcm, RecognitionOptions(), within: 0.5)
            }
            #expect(error?.kind == .timedOut)
        }
    }

    @Test("a wrong key is said in one sentence that names the setting and not the key")
    func wrongKey() async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            let error = await #expect(throws: EngineError.self) {
                _ = try await fixture.recognizer(.openai, key: "wrong-key-987").recognise(
                    0..<pcm.samples, of: pcm, RecognitionOptions())
            }
            #expect(
                error
                    == EngineError(.unusable, "The OpenAI-compatible server refused the key: check OPENAI_API_KEY."))
        }
    }

    @Test("a clip too short for a word is not sent at all")
    func tinyClip() async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            let (recognition, _) = try await fixture.recognizer(.groq).attempt(
                0..<80, of: pcm, RecognitionOptions(), within: 5)
            #expect(recognition.text.isEmpty)
            #expect(fixture.providers.counters(.groq).requests == 0)
        }
    }

    @Test("nobody listens: one error, and no wait")
    func nobodyThere() async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            await fixture.providers.stop()
            let error = await #expect(throws: ProviderError.self) {
                _ = try await fixture.recognizer(.groq).attempt(
                    0..<pcm.samples, of: pcm, RecognitionOptions(), within: 5)
            }
            #expect(error?.kind == .connection)
        }
    }

    @Test("what is asked for arrives in each service's own words")
    func parameters() async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            let words = (0..<400).map { "name\($0)" }.joined(separator: " ")
            let options = RecognitionOptions(language: "id", prompt: words, keyterms: ["Stentor & co"])
            for service in [ProviderAccount.Service.groq, .deepgram] {
                _ = try await fixture.recognizer(service).attempt(
                    0..<pcm.samples, of: pcm, options, within: 20)
            }
            let requests = fixture.providers.requests
            let groq = try #require(requests.first { $0.service == .groq })
            #expect(groq.parameters["model"] == ["whisper-large-v3"])
            #expect(groq.parameters["language"] == ["id"])
            #expect(groq.fileName == "audio.ogg")
            let prompt = try #require(groq.parameters["prompt"]?.first)
            #expect(prompt.count <= 896 && prompt.hasSuffix("name399"))
            let deepgram = try #require(requests.first { $0.service == .deepgram })
            #expect(deepgram.parameters["model"] == ["nova-3"])
            #expect(deepgram.parameters["language"] == ["id"])
            #expect(deepgram.parameters["keyterm"]?.first == "Stentor & co")
            #expect(deepgram.parameters["utterances"] == ["true"])
        }
    }

    @Test("translation goes to its own address and asks for no words")
    func translation() async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            let (recognition, _) = try await fixture.recognizer(.groq).attempt(
                0..<pcm.samples, of: pcm, RecognitionOptions(language: "de", translates: true), within: 20)
            #expect(fixture.providers.requests.first?.path == "/groq/openai/v1/audio/translations")
            #expect(recognition.words.count == 2)
        }
    }

    @Test("a user's own model is asked for, and named in the result")
    func ownModel() async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 1, words: [0.2])
            let options = RecognitionOptions(models: ["deepgram": "nova-2", "groq": "whisper-large-v3-turbo"])
            let recognition = try await fixture.job(.deepgram).recognise(0..<pcm.samples, of: pcm, options)
            #expect(fixture.providers.requests.first?.parameters["model"] == ["nova-2"])
            #expect(recognition.sources.map(\.model) == ["nova-2"])
        }
    }

    @Test("speakers are asked of Deepgram and given to words")
    func speakers() async throws {
        try await ProviderFixture.with { fixture in
            let pcm = try fixture.audio(seconds: 8, words: [0.2])
            let (recognition, _) = try await fixture.recognizer(.deepgram).attempt(
                0..<pcm.samples, of: pcm, RecognitionOptions(separatesSpeakers: true), within: 20)
            #expect(Set(recognition.words.compactMap(\.speaker)) == [0, 1])
        }
    }
}

extension FakeProviders.Service {
    init(_ service: ProviderAccount.Service) {
        self =
            switch service {
            case .groq: .groq
            case .deepgram: .deepgram
            case .openai: .openai
            }
    }
}
