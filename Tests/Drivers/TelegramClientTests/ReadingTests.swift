import Crypto
import FakeTelegram
import MTProto
import Streaming
import Testing

@testable import TelegramClient

struct ReadingTests {
    @Test(arguments: [2, 4])
    func `a file is read whole from each data centre`(_ dataCentre: Int) async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(2_000_123, in: dataCentre)
            try await fixture.withClient { client in
                try await fixture.check(client, file)
            }
            #expect(fixture.centres.count("importBotAuthorization") == 1)
            #expect(fixture.centres.count("handshake") == (dataCentre == 2 ? 1 : 2))
            #expect(fixture.centres.count("handshake.legacy") == 0)
        }
    }

    @Test func `blocks of every allowed shape bring exactly their bytes`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(3_000_001)
            let whole = FakeContent([.noise(seed: UInt64(file.size), count: file.size)]).read(0, Int(file.size))
            try await fixture.withClient { client in
                for (offset, count) in [
                    (0, 1024), (1024, 1 << 10), (4096, 4096), (5 * 1024, 1019 * 1024), (1 << 20, 1 << 20),
                    (1 << 20, 65536), (2 << 20, 1 << 20), (2_999_296, 1024), (3_000_320, 4096), (8 << 20, 1024),
                ] as [(Int64, Int)] {
                    let bytes = try await client.read(Block(offset: offset, count: count), of: file)
                    let end = min(whole.count, Int(offset) + count)
                    #expect(bytes == (Int(offset) < end ? Array(whole[Int(offset)..<end]) : []))
                }
            }
        }
    }

    @Test func `after a restart nothing is agreed on and nobody logs in`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(300_000)
            try await fixture.withClient { client in _ = try await client.hash(of: file) }
            fixture.centres.resetCounts()
            try await fixture.withClient { client in
                try await fixture.check(client, file)
            }
            let counts = fixture.centres.counts
            #expect(counts["handshake"] == nil && counts["importBotAuthorization"] == nil)
            #expect(counts["exportAuthorization"] == nil && counts["connection"] == 1 && counts["badSalt"] == nil)
        }
    }

    @Test func `a bot whose account lives elsewhere is found there`() async throws {
        try await ClientFixture.with(home: 4) { fixture in
            let (near, far) = (fixture.file(100_000, in: 4), fixture.file(100_001, in: 2))
            try await fixture.withClient { client in
                try await fixture.check(client, near)
                try await fixture.check(client, far)
            }
            #expect(await fixture.store.all[4242]?.home == 4)
        }
    }

    @Test func `an obfuscated connection brings the same bytes`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(700_000)
            try await fixture.withClient({ $0.isObfuscated = true }) { client in
                try await fixture.check(client, file)
            }
            #expect(fixture.centres.count("obfuscated") > 0)
        }
    }

    @Test func `many readers share few connections and one login`() async throws {
        try await ClientFixture.with { fixture in
            let files = (0..<12).map { fixture.file(200_000 + Int64($0), message: Int32($0 + 1)) }
            try await fixture.withClient { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for file in files {
                        group.addTask { try await fixture.check(client, file) }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(fixture.centres.count("importBotAuthorization") == 1)
            #expect(fixture.centres.count("importAuthorization") == 1)
            #expect(fixture.centres.count("connection") <= 6)
        }
    }

    @Test func `a message tells what its file is`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(123_456, chat: -1_000_000_777_777, message: 9)
            try await fixture.withClient { client in
                let found = try await client.file(in: .init(chat: -1_000_000_777_777, message: 9))
                #expect(found.size == 123_456 && found.name == "noise.bin" && found.uniqueID == file.uniqueID)
                #expect(found.mimeType == "application/octet-stream" && found.duration == 1)
                try await fixture.check(client, found)
                await #expect(throws: BlockFailure.gone) {
                    try await client.file(in: .init(chat: -1_000_000_777_777, message: 10))
                }
            }
        }
    }

    @Test func `other bots help with files of channels they are members of`() async throws {
        try await ClientFixture.with { fixture in
            let channel: Int64 = -1_000_000_000_555
            let file = fixture.file(8 << 20, chat: channel, message: 3)
            fixture.centres.setShape(.init(roundTrip: 0.05))
            try await fixture.withClient(tokens: [ClientFixture.token, ClientFixture.helper]) { client in
                _ = try await client.read(Block(offset: 0, count: 1024), of: file)
                // Flooded, the first bot is relieved by the second.
                fixture.centres.add(
                    DCFault(.error(code: 420, text: "FLOOD_WAIT_20"), call: TL.getFile, count: 1))
                _ = try await client.read(Block(offset: 4096, count: 4096), of: file)
                try await fixture.check(client, file, block: 1 << 20)
            }
            // One for the first bot; one for the other, and one where it lives.
            #expect(fixture.centres.count("importBotAuthorization") == 3)
        }
    }

    @Test func `a helper that is no member is not asked twice`() async throws {
        try await ClientFixture.with { fixture in
            let channel: Int64 = -1_000_000_000_556
            let file = fixture.file(1 << 20, chat: channel, message: 3)
            fixture.centres.setMembers([4242], of: channel)
            try await fixture.withClient(tokens: [ClientFixture.token, ClientFixture.helper]) { client in
                try await fixture.check(client, file)
            }
        }
    }
}
