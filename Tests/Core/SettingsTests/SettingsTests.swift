import Settings
import Testing

@Suite("Settings")
struct SettingsTests {
    private func settings(_ environment: [String: String], file: [String: String] = [:]) throws -> Settings {
        try Settings(SettingsSource(environment: environment, file: file))
    }

    @Test("nothing set gives the documented defaults")
    func defaults() throws {
        let settings = try settings(["HOME": "/home/ada"])
        #expect(settings.dataFolder == "/home/ada/.local/share/stentor")
        #expect(settings.providers == ["auto"])
        #expect(settings.maximumSeconds == 43_200)
        #expect(settings.model == nil)
        #expect(settings.engineSlots == nil)
    }

    @Test("the environment wins over the file, and an empty value counts as not set")
    func precedence() throws {
        let file = ["STENTOR_MODEL": "from-file", "STENTOR_ENGINE_SLOTS": "2"]
        let settings = try settings(["STENTOR_MODEL": "from-environment", "STENTOR_ENGINE_SLOTS": ""], file: file)
        #expect(settings.model == "from-environment")
        #expect(settings.engineSlots == 2)
    }

    @Test("every problem is reported at once, and none repeats a value")
    func problems() throws {
        let wrong = [
            "TRANSCRIPTION_PROVIDER": "sphinx,secret-word", "STENTOR_MAX_AUDIO_SECONDS": "secret-word",
            "STENTOR_ENGINE_SLOTS": "0", "STENTOR_MODEL_MIRROR": "secret-word",
        ]
        let error = #expect(throws: SettingsError.self) { try settings(wrong) }
        #expect(error?.problems.count == 4)
        #expect(error.map { !"\($0)".contains("secret-word") } == true)
    }

    @Test("providers are a list in order, in any case, with spaces")
    func providers() throws {
        #expect(try settings(["TRANSCRIPTION_PROVIDER": " Sherpa, sphinx "]).providers == ["sherpa", "sphinx"])
        #expect(throws: SettingsError.self) { try settings(["TRANSCRIPTION_PROVIDER": " , "]) }
    }
}

@Suite("Settings of services on the network")
struct ProviderSettingsTests {
    private func cloud(_ environment: [String: String]) throws -> ProviderSettings {
        try Settings(SettingsSource(environment: environment)).cloud
    }

    @Test("nothing set gives the documented defaults")
    func defaults() throws {
        let cloud = try cloud([:])
        #expect(cloud.bitrate == 96_000 && cloud.sampleRate == 16_000 && cloud.compressionThreshold == 30_000_000)
        #expect(cloud.streams)
        #expect(cloud.groq == ProviderSettings.Account())
    }

    @Test("bitrates with and without k, flags in several words")
    func values() throws {
        #expect(try cloud(["AUDIO_TARGET_BITRATE": "48K"]).bitrate == 48_000)
        #expect(try cloud(["AUDIO_TARGET_BITRATE": "64000"]).bitrate == 64_000)
        #expect(try !cloud(["AUDIO_USE_STREAMING": "False"]).streams)
        #expect(try cloud(["GROQ_API_KEY": "x", "GROQ_MODEL": "y"]).groq.model == "y")
    }

    @Test(
        "what cannot be is refused by name",
        arguments: [
            ("AUDIO_TARGET_BITRATE", "fast"), ("AUDIO_TARGET_SAMPLE_RATE", "11025"), ("AUDIO_TARGET_CHANNELS", "2"),
            ("AUDIO_USE_STREAMING", "maybe"), ("OPENAI_BASE_URL", "ftp://x"), ("STENTOR_PROVIDER_DEADLINE", "0"),
        ])
    func refused(name: String, value: String) {
        let error = #expect(throws: SettingsError.self) { try cloud([name: value]) }
        #expect(error?.problems.count == 1 && error?.problems[0].hasPrefix(name) == true)
    }

    @Test("a key prints nowhere")
    func secret() throws {
        let settings = try Settings(SettingsSource(environment: ["GROQ_API_KEY": "very-secret"]))
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!"\(settings) \(String(reflecting: settings)) \(dumped)".contains("very-secret"))
        #expect("\(Secret("very-secret"))" == "(secret)")
        #expect(settings.cloud.groq.key?.reveal() == "very-secret")
    }
}

@Suite(".env file")
struct EnvironmentFileTests {
    @Test("comments, quotes, export and spaces are understood")
    func parsing() throws {
        let text = """
            # a comment
            PLAIN=value
            export EXPORTED = spaced out   # and a comment
            HASH=a#b
            SINGLE='kept # as is'
            DOUBLE="two words"
            EMPTY=

            """
        let variables = try EnvironmentFile.parse(text)
        #expect(
            variables == [
                "PLAIN": "value", "EXPORTED": "spaced out", "HASH": "a#b", "SINGLE": "kept # as is",
                "DOUBLE": "two words", "EMPTY": "",
            ])
    }

    @Test("a line that is no assignment is named by its number", arguments: ["oops", "A B=c", "1X=2", "=x"])
    func badLine(line: String) {
        let error = #expect(throws: SettingsError.self) { try EnvironmentFile.parse("OK=1\n\(line)\n") }
        #expect(error?.problems == [".env line 2 is not of the form NAME=value"])
    }

    @Test("an open quote is an error, not a value")
    func openQuote() {
        #expect(throws: SettingsError.self) { try EnvironmentFile.parse("A=\"open") }
    }
}
