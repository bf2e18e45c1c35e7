import Testing

@testable import Settings

@Suite("Settings of callbacks")
struct CallbackSettingsTests {
    private func settings(_ values: [String: String]) throws(SettingsError) -> CallbackSettings {
        try Settings(SettingsSource(environment: values)).callbacks
    }

    @Test("nothing set: unsigned, the public internet only, three days, ten seconds")
    func defaults() throws {
        let callbacks = try settings([:])
        #expect(callbacks.secrets.isEmpty && callbacks.allowed.isEmpty && callbacks.schedule == nil)
        #expect(callbacks.timeout == 10)
    }

    @Test("lists are taken apart, and secrets do not print")
    func lists() throws {
        let callbacks = try settings([
            "STENTOR_CALLBACK_SECRET": "whsec_a, whsec_b", "STENTOR_CALLBACK_ALLOWED": "10.0.0.0/8,127.0.0.1",
            "STENTOR_CALLBACK_SCHEDULE": "0.5, 10", "STENTOR_CALLBACK_TIMEOUT": "2.5",
        ])
        #expect(callbacks.secrets.map { $0.reveal() } == ["whsec_a", "whsec_b"])
        #expect(!"\(callbacks)".contains("whsec"))
        #expect(callbacks.allowed == ["10.0.0.0/8", "127.0.0.1"])
        #expect(callbacks.schedule == [0.5, 10] && callbacks.timeout == 2.5)
    }

    @Test("what is no schedule is refused", arguments: ["soon", "5,soon", "-1", "5;300", "9999999", "nan", "inf"])
    func schedules(text: String) {
        #expect(throws: SettingsError.self) { try settings(["STENTOR_CALLBACK_SCHEDULE": text]) }
    }
}
