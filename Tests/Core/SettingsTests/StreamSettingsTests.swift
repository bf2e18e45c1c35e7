import Settings
import Testing

@Suite("Settings of published files")
struct StreamSettingsTests {
    private func settings(_ environment: [String: String]) throws(SettingsError) -> StreamSettings {
        try Settings(SettingsSource(environment: environment)).streams
    }

    @Test("every default is the documented one")
    func defaults() throws {
        let streams = try settings([:])
        #expect((streams.cacheMegabytes, streams.diskMegabytes) == (64, 0))
        #expect(streams.linkLifetime == nil)
        #expect((streams.connectionsPerLink, streams.connectionsPerAddress) == (200, 100))
        #expect((streams.rateOfLink, streams.rateOfAddress) == (0, 0))
    }

    @Test("links hold for a time with a unit, or for ever")
    func lifetime() throws {
        #expect(try settings(["STENTOR_LINK_LIFETIME": "7d"]).linkLifetime == 604_800)
        #expect(try settings(["STENTOR_LINK_LIFETIME": "0"]).linkLifetime == nil)
        #expect(throws: SettingsError.self) { try settings(["STENTOR_LINK_LIFETIME": "soon"]) }
    }

    @Test(
        "what cannot be is refused",
        arguments: ["STENTOR_STREAM_CACHE_MB", "STENTOR_LINK_CONNECTIONS", "STENTOR_LINK_KBPS"])
    func bounds(_ name: String) {
        #expect(throws: SettingsError.self) { try settings([name: "-1"]) }
    }
}
