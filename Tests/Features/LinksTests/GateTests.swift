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

    @Test func `Zero is no limit`() throws {
        let gate = Gate(StreamLimits(responsesPerLink: 0, responsesPerAddress: 0))
        let places = try (0..<1000).map { _ in try gate.enter(link: "a", address: here) }
        #expect(gate.open == places.count)
    }
}
