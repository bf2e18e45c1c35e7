import EventLoops
import FakeProviders
import Foundation
import Testing
import Workbench

/// The command line against the fakes of the services, by base URL.
@Suite("Services on the network", .serialized)
struct CloudTests {
    private static let key = "secret-key-0123456789"
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func withProviders(_ body: (FakeProviders, Stentor) async throws -> Void) async throws {
        let loops = try EventLoopGroup(count: 1, name: "fakes")
        let providers = FakeProviders(loops: loops)
        let port = try await providers.start()
        let stentor = Stentor(bench, settings: settings(port, key: Self.key))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(providers, stentor))
        } catch {
            result = .failure(error)
        }
        await providers.stop()
        await loops.shutDown()
        try result.get()
    }

    private func settings(_ port: UInt16, key: String) -> [String: String] {
        let base = "http://127.0.0.1:\(port)"
        return [
            "GROQ_API_KEY": key, "GROQ_BASE_URL": "\(base)/groq/openai/v1", "DEEPGRAM_API_KEY": key,
            "DEEPGRAM_BASE_URL": "\(base)/deepgram", "OPENAI_API_KEY": key, "OPENAI_BASE_URL": "\(base)/openai/v1/",
        ]
    }

    @Test("each service transcribes a file, and the result says who did it", arguments: ["groq", "deepgram", "openai"])
    func transcribe(service: String) async throws {
        try await withProviders { _, stentor in
            let run = try await stentor.run([
                "transcribe", "--quiet", "--engine", service, "--format", "json", "--words", Workbench.sample.path,
            ])
            #expect(run.errors == "")
            try #require(run.code == 0)
            let json = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            #expect(json["engine"] as? String == service)
            #expect((json["text"] as? String)?.contains("word1") == true)
            let parts = try #require(json["parts"] as? [[String: Any]])
            #expect(parts.count == 1 && parts[0]["engine"] as? String == service)
        }
    }

    @Test("the next service of the list takes over, and a list may end on this machine")
    func failover() async throws {
        try await withProviders { providers, stentor in
            providers.script(.groq, [.status(402)])
            let run = try await stentor.run([
                "transcribe", "--quiet", "--engine", "groq,deepgram,sphinx", "--format", "json", Workbench.sample.path,
            ])
            #expect(run.text.contains("\"engine\": \"deepgram\""))
            providers.script(.groq, [.status(401)])
            providers.script(.deepgram, [.status(401)])
            let local = try await stentor.run([
                "transcribe", "--quiet", "--engine", "groq,deepgram,sphinx", "--format", "json", Workbench.sample.path,
            ])
            #expect(local.code == 0)
            #expect(local.text.contains("\"engine\": \"sphinx\""))
        }
    }

    @Test("--dry-run says what it would take and cost, and sends nothing")
    func dryRun() async throws {
        try await withProviders { providers, stentor in
            let run = try await stentor.run(["transcribe", "--dry-run", "--engine", "groq", Workbench.sample.path])
            #expect(run.code == 0)
            #expect(run.text.contains("audio     0:11"))
            #expect(run.text.contains("engine    groq (whisper-large-v3)"))
            #expect(run.text.contains("parts     1"))
            #expect(run.text.contains("cost      about $0.0004"))
            #expect(providers.counters(.groq).requests == 0)
        }
    }

    @Test("a wrong key is one sentence and exit code 1")
    func wrongKey() async throws {
        try await withProviders { providers, _ in
            let port = try #require(providers.port)
            let stentor = Stentor(bench, settings: settings(port, key: "another-key-987654"))
            let run = try await stentor.run(["transcribe", "--quiet", "--engine", "groq", Workbench.sample.path])
            #expect(run.code == 1)
            #expect(run.errors.hasSuffix("welcome.ogg: Groq refused the key: check GROQ_API_KEY.\n"))
        }
    }

    @Test("a service without its key is refused before anything is started")
    func noKey() async throws {
        let run = try await Stentor(bench).run(["transcribe", "--engine", "deepgram", Workbench.sample.path])
        #expect(run.code == 2)
        #expect(run.errors.contains("deepgram needs a key: set DEEPGRAM_API_KEY"))
    }

    @Test("auto takes a service whose key is set before the last resort")
    func auto() async throws {
        try await withProviders { _, stentor in
            let run = try await stentor.run(["transcribe", "--quiet", "--format", "json", Workbench.sample.path])
            #expect(run.text.contains("\"engine\": \"groq\""))
        }
    }

    @Test("the key is in no output, no file and no command line, whatever goes wrong")
    func keyStaysSecret() async throws {
        try await withProviders { providers, stentor in
            let faults: [ProviderFault] = [
                .none, .status(401), .status(400), .status(500), .wrongJSON, .htmlPage(502), .cutAnswer(after: 5),
            ]
            for fault in faults {
                providers.script(.openai, [fault])
                let run = try stentor.start(["transcribe", "--engine", "openai", Workbench.sample.path])
                for process in Stentor.children(of: run.identifier) + [run.identifier] {
                    let line = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)) ?? ""
                    #expect(!line.contains(Self.key))
                }
                let result = await run.finish()
                #expect(!(result.text + result.errors).contains(Self.key.prefix(10)))
            }
            let files = FileManager.default.enumerator(atPath: bench.path("data"))?.allObjects as? [String] ?? []
            #expect(files.contains("provider-usage.json"))
            for file in files {
                let data = FileManager.default.contents(atPath: bench.path("data/\(file)")) ?? Data()
                #expect(!String(decoding: data, as: UTF8.self).contains(Self.key))
            }
        }
    }

    @Test("speakers come from the service that tells them apart; elsewhere there is one, and it is said")
    func speakers() async throws {
        try await withProviders { _, stentor in
            let command = [
                "transcribe", "--quiet", "--speakers", "--format", "json", Workbench.sample.path, "--engine",
            ]
            let deepgram = try await stentor.run(command + ["deepgram"])
            #expect(deepgram.text.contains("SPEAKER_00") && deepgram.text.contains("SPEAKER_01"))
            let groq = try await stentor.run(command + ["groq"])
            #expect(groq.text.contains("SPEAKER_00") && !groq.text.contains("SPEAKER_01"))
            #expect(groq.text.contains("does not tell speakers apart"))
        }
    }

    @Test("hotwords reach the service, and what was left out of them is said")
    func hotwords() async throws {
        try await withProviders { providers, stentor in
            let command = ["transcribe", "--quiet", "--format", "json", Workbench.sample.path, "--engine", "groq"]
            let few = try await stentor.run(command + ["--hotwords", "Ada  Lovelace, Stentor"])
            #expect(providers.requests.last?.parameters["prompt"] == ["Ada Lovelace, Stentor"])
            #expect(!few.text.contains("only a part"))
            let many = try await stentor.run(command + ["--prompt", String(repeating: "Lovelace ", count: 200)])
            #expect(many.text.contains("only a part of it was sent"))
        }
    }

    @Test("a translation goes to a service that translates, and nowhere else")
    func translation() async throws {
        try await withProviders { providers, stentor in
            let command = ["transcribe", "--quiet", "--task", "translate", Workbench.sample.path, "--engine"]
            let done = try await stentor.run(command + ["deepgram,groq,sphinx"])
            #expect(done.code == 0)
            #expect(providers.requests.map(\.path) == ["/groq/openai/v1/audio/translations"])
            let turbo = try await stentor.run(command + ["groq", "--model", "whisper-large-v3-turbo"])
            #expect(turbo.code == 2 && turbo.errors.contains("does not translate with this model"))
            let sphinx = try await stentor.run(command + ["sphinx"])
            #expect(sphinx.code == 2 && sphinx.errors.contains("no engine here translates"))
        }
    }

    @Test("what was used is known to the next run")
    func ledger() async throws {
        try await withProviders { providers, _ in
            let port = try #require(providers.port)
            var settings = settings(port, key: Self.key)
            settings["STENTOR_GROQ_SECONDS_PER_HOUR"] = "15"
            settings["STENTOR_PROVIDER_DEADLINE"] = "5"
            let stentor = Stentor(bench, settings: settings)
            let arguments = ["transcribe", "--quiet", "--engine", "groq", Workbench.sample.path]
            #expect(try await stentor.run(arguments).code == 0)
            let second = try await stentor.run(arguments)
            #expect(second.errors.contains("Groq's limit of audio per hour is used up. It works again in 1 h 0 min"))
            #expect(providers.counters(.groq).requests == 1)
        }
    }

    @Test("nothing is left of what was sent")
    func leftovers() async throws {
        try await withProviders { _, stentor in
            _ = try await stentor.run(["transcribe", "--quiet", "--engine", "groq", Workbench.sample.path])
            #expect(try stentor.leftovers() == [])
        }
    }
}
