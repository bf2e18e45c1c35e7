import HTTPTypes
import IPAddresses
import Testing

@testable import Links

@Suite struct GateTests {
    private let here = IPAddress(v4: 0x7f00_0001)

    @Test func `A link and an address have so many places, and get them back`() throws {
        let gate = Gate(StreamLimits(responsesPerLink: 2, responsesPerAddress: 3))
        var places = [try gate.enter(link: "a", address: here), try gate.enter(link: "a", address: here)]
        #expect(gate.open == 2)
        #expect(throws: HTTPError.self) { try gate.enter(link: "a", address: here) }
        places.append(try gate.enter(link: "b", address: here))
        #expect(throws: HTTPError.self) { try gate.enter(link: "c", address: here) }
        #expect(gate.open == 3)
        places.removeAll()
        #expect(gate.open == 0)
        withExtendedLifetime(try gate.enter(link: "a", address: here)) {}
    }

    @Test func `A debt is not forgotten with its connection`() async throws {
        let gate = Gate(StreamLimits(rateOfLink: 1000))
        for _ in 0..<2 {
            let passage = try gate.enter(link: "a", address: here)
            // Two seconds of the rate at once: nobody waits for these.
            try await passage.pass(1000)
        }
        let passage = try gate.enter(link: "a", address: here)
        let begun = ContinuousClock.now
        try await passage.pass(100)
        #expect(ContinuousClock.now - begun > .milliseconds(20))
    }

    @Test func `A host with a whole network of addresses counts once`() throws {
        let gate = Gate(StreamLimits(responsesPerLink: 0, responsesPerAddress: 1))
        let first = try #require(IPAddress("2001:db8::1"))
        let place = try gate.enter(link: "a", address: first)
        #expect(throws: HTTPError.self) { try gate.enter(link: "b", address: IPAddress("2001:db8::2")) }
        withExtendedLifetime(try gate.enter(link: "b", address: IPAddress("2001:db8:0:1::2"))) {}
        withExtendedLifetime(place) {}
    }

    @Test func `Zero is no limit`() throws {
        let gate = Gate(StreamLimits(responsesPerLink: 0, responsesPerAddress: 0))
        let places = try (0..<1000).map { _ in try gate.enter(link: "a", address: here) }
        #expect(gate.open == places.count)
    }
}
