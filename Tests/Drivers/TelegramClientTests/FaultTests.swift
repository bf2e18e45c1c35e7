import Crypto
import FakeTelegram
import MTProto
import Streaming
import Testing

@testable import TelegramClient

/// Each thing that goes wrong now and then, in the middle of a file, with its end: the file is whole all the same, or the
/// reader hears why not.
struct FaultTests {
    static let harmless: [DCFault.Kind] = [
        .error(code: -503, text: "Timeout"), .error(code: 500, text: "WORKER_BUSY_TOO_LONG_RETRY"),
        .error(code: 420, text: "FLOOD_WAIT_1"), .error(code: 420, text: "FLOOD_PREMIUM_WAIT_1"),
        .error(code: 400, text: "CONNECTION_NOT_INITED"), .error(code: 401, text: "AUTH_KEY_UNREGISTERED"),
        .error(code: 406, text: "AUTH_KEY_DUPLICATED"), .error(code: 401, text: "SESSION_REVOKED"),
        .transport(404), .transport(429), .forgetKey, .forgetAuthorization, .expireReference, .moveFile(2), .short,
        .redirect, .reset(afterBytes: 1000), .reset(afterBytes: 0), .duplicate, .reorder, .gzip, .container,
        .newSession,
        .newSalt, .wrongMessageKey, .wrongSession, .evenMessageID, .oldMessageID, .futureMessageID, .badPadding,
        .garbage,
        .announced, .gzipBomb, .drip(bytesPerSecond: 400_000),
    ]

    @Test(arguments: harmless)
    func `the file is whole whatever happens to one block`(_ fault: DCFault.Kind) async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(1_500_000)
            try await fixture.withClient { client in
                fixture.centres.add(DCFault(fault, call: TL.getFile, after: 2))
                try await fixture.check(client, file)
            }
            #expect(fixture.centres.count("fault") == 1)
        }
    }

    @Test func `connections that end all at once are opened again`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(1_500_000)
            try await fixture.withClient { client in
                try await fixture.check(client, file)
                await fixture.centres.dropConnections()
                try await fixture.check(client, file)
            }
            #expect(fixture.centres.count("importBotAuthorization") == 1)
        }
    }

    @Test(arguments: [-3600.0, 3600, -301, 301])
    func `a clock that is wrong is set right`(_ skew: Double) async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(300_000)
            try await fixture.withClient { client in try await fixture.check(client, file) }
            // The keys are kept with the clock of before.
            fixture.centres.setSkew(skew)
            try await fixture.withClient { client in
                try await fixture.check(client, file)
                fixture.centres.setSkew(0)
                await fixture.centres.dropConnections()
                try await fixture.check(client, file)
            }
            #expect(fixture.centres.count("badTime") > 0 && fixture.centres.count("handshake") == 2)
        }
    }

    @Test func `imports that fail are repeated with a new export each`() async throws {
        try await ClientFixture.with { fixture in
            fixture.centres.refuseImports(3)
            let file = fixture.file(300_000)
            try await fixture.withClient { client in try await fixture.check(client, file) }
            #expect(fixture.centres.count("importAuthorization") == 4)
            #expect(fixture.centres.count("exportAuthorization") == 4)
        }
    }

    @Test func `a kept key that the server has lost is replaced`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(300_000)
            try await fixture.withClient { client in try await fixture.check(client, file) }
            fixture.centres.forgetKeys()
            try await fixture.withClient { client in try await fixture.check(client, file) }
            #expect(fixture.centres.count("unknownKey") > 0 && fixture.centres.count("handshake") == 4)
        }
    }

    @Test func `a logout between two starts leads to one more login`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(300_000)
            try await fixture.withClient { client in try await fixture.check(client, file) }
            fixture.centres.forgetAuthorizations()
            try await fixture.withClient { client in try await fixture.check(client, file) }
            #expect(fixture.centres.count("importBotAuthorization") == 2 && fixture.centres.count("handshake") == 2)
        }
    }

    // MARK: - What the reader hears

    private func failure(
        _ fault: DCFault, change: (inout RemoteFile) -> Void = { _ in }
    ) async throws -> (BlockFailure?, asked: Int) {
        try await ClientFixture.with { fixture in
            var file = fixture.file(100_000)
            change(&file)
            let found = file
            return try await fixture.withClient { client in
                fixture.centres.add(fault)
                do {
                    _ = try await client.read(Block(offset: 0, count: 4096), of: found)
                    return (nil, fixture.centres.count("getFile"))
                } catch let failure as BlockFailure {
                    return (failure, fixture.centres.count("getFile"))
                }
            }
        }
    }

    @Test func `a pause of an hour is told at once`() async throws {
        let (failure, asked) = try await failure(
            DCFault(.error(code: 420, text: "FLOOD_WAIT_3600"), call: TL.getFile, count: 100))
        #expect(failure == .busy(seconds: 3600) && asked == 1)
    }

    @Test func `a mistake in alignment is never repeated`() async throws {
        let (failure, asked) = try await failure(
            DCFault(.error(code: 400, text: "LIMIT_INVALID"), call: TL.getFile, count: 100))
        #expect(failure == .unreachable && asked == 1)
    }

    @Test func `a name that means nothing is told apart from a file that is gone`() async throws {
        let none = DCFault(.silence, call: 1)
        let garbage = try await failure(none) { $0.id = "AgADBAADnonsense" }
        #expect(garbage.0 == .unknownFile && garbage.asked == 0)
        let foreign = try await failure(none) { file in
            guard var id = FileID(file.id) else { return }
            id.location.accessHash ^= 1
            file.id = id.text
        }
        #expect(foreign.0 == .unknownFile && foreign.asked == 1)
        let expired = DCFault(.expireReference, call: TL.getFile)
        #expect(try await failure(expired) { $0.origin = nil }.0 == .gone)
        #expect(try await failure(expired) { $0.origin = .init(chat: 100, message: 8) }.0 == .gone)
        #expect(try await failure(expired) { $0.origin?.chat = -1_000_000_000_001 }.0 == .gone)
        #expect(try await failure(expired).0 == nil)
    }

    @Test func `a message that holds another file by now is no source for a reference`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(100_000)
            let other = fixture.file(100_001)
            #expect(other.origin == file.origin)
            try await fixture.withClient { client in
                fixture.centres.add(DCFault(.expireReference, call: TL.getFile))
                await #expect(throws: BlockFailure.gone) {
                    try await client.read(Block(offset: 0, count: 4096), of: file)
                }
            }
        }
    }

    @Test func `a channel the bot was removed from is forbidden`() async throws {
        try await ClientFixture.with { fixture in
            let channel: Int64 = -1_000_000_000_777
            let file = fixture.file(100_000, chat: channel)
            fixture.centres.setMembers([], of: channel)
            try await fixture.withClient { client in
                fixture.centres.add(DCFault(.expireReference, call: TL.getFile))
                await #expect(throws: BlockFailure.forbidden) {
                    try await client.read(Block(offset: 0, count: 4096), of: file)
                }
            }
        }
    }

    @Test func `answers that stay too short end the reading`() async throws {
        let (failure, asked) = try await failure(DCFault(.short, call: TL.getFile, count: 100))
        #expect(failure == .short && asked == 5)
    }

    @Test func `a data centre that is not there is unreachable`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(100_000)
            let client = fixture.client { configuration in
                configuration.addresses = configuration.addresses.mapValues { _ in
                    [.init(host: "127.0.0.1", port: 1)]
                }
                configuration.patience = 1
            }
            await #expect(throws: BlockFailure.unreachable) {
                try await client.read(Block(offset: 0, count: 4096), of: file)
            }
            await client.close()
        }
    }

    @Test func `a reader who leaves lets the server forget the question`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(100_000)
            try await fixture.withClient { client in
                _ = try await client.read(Block(offset: 0, count: 1024), of: file)
                fixture.centres.add(DCFault(.silence, call: TL.getFile))
                let reading = Task { try await client.read(Block(offset: 4096, count: 4096), of: file) }
                while fixture.centres.count("fault") == 0 { await Task.yield() }
                reading.cancel()
                await #expect(throws: BlockFailure.cancelled) { try await reading.value }
                while fixture.centres.count("drop") == 0 { await Task.yield() }
                try await fixture.check(client, file)
            }
        }
    }
}
