import Crypto
import EventLoops
import FakeTelegram
import MTProto
import Streaming
import Testing

@testable import TelegramClient

/// Simulated data centres with one bot, and clients that read from them.
struct ClientFixture {
    static let token = "4242:a-token"
    static let helper = "4343:another-token"

    let loops: EventLoopGroup
    let centres: FakeDataCentres
    let store: MemoryKeyStore

    /// Runs `body` with everything set up, and ends it afterwards.
    static func with<Value: Sendable>(
        home: Int = 2, _ body: (ClientFixture) async throws -> Value
    ) async throws -> Value {
        let loops = try EventLoopGroup(count: 2, name: "telegram")
        let centres = FakeDataCentres(on: loops.loops[0])
        try await centres.start()
        centres.addBot(token, home: home)
        centres.addBot(helper, home: 4)
        let fixture = ClientFixture(loops: loops, centres: centres, store: MemoryKeyStore())
        let value: Value
        do {
            value = try await body(fixture)
        } catch {
            await fixture.end()
            throw error
        }
        await fixture.end()
        return value
    }

    private func end() async {
        await centres.stop()
        await loops.shutDown()
    }

    func client(
        tokens: [String] = [Self.token], _ change: (inout TelegramConfiguration) -> Void = { _ in }
    ) -> TelegramClient {
        var configuration = TelegramConfiguration(
            apiID: 1, apiHash: "hash", tokens: tokens, keys: centres.keys,
            addresses: centres.ports.mapValues { [.init(host: "127.0.0.1", port: $0)] }, version: "0")
        configuration.patience = 10
        change(&configuration)
        return TelegramClient(configuration, store: store, on: loops.loops[1])
    }

    /// Runs `body` with a client that is closed afterwards.
    func withClient<Value: Sendable>(
        tokens: [String] = [Self.token], _ change: (inout TelegramConfiguration) -> Void = { _ in },
        _ body: (TelegramClient) async throws -> Value
    ) async throws -> Value {
        let client = client(tokens: tokens, change)
        let value: Value
        do {
            value = try await body(client)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
        return value
    }

    /// A file of noise, in a message of a private chat.
    func file(_ count: Int64, in dataCentre: Int = 4, chat: Int64 = 100, message: Int32 = 7) -> RemoteFile {
        let file = centres.addFile(
            FakeContent([.noise(seed: UInt64(count), count: count)]), name: "noise.bin", in: dataCentre)
        centres.setMessage(message, in: chat, file: file.id)
        let id = file.fileID(for: 4242)
        return RemoteFile(
            id: id.text, uniqueID: id.uniqueText, size: count, name: "noise.bin",
            origin: .init(chat: chat, message: Int64(message)))
    }

    /// Reads a file whole and compares.
    func check(
        _ client: TelegramClient, _ file: RemoteFile, block: Int = 256 << 10,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let read = try await client.hash(of: file, block: block)
        let expected = try hash(of: file)
        #expect(read == expected, sourceLocation: sourceLocation)
    }

    func hash(of file: RemoteFile) throws -> SHA256Digest {
        let content = FakeContent([.noise(seed: UInt64(file.size), count: file.size)])
        return try SHA256.digest(of: content.read(0, Int(file.size)))
    }
}

extension TelegramClient {
    /// The digest of a file read in blocks of so many bytes, several at a time.
    func hash(of file: RemoteFile, block size: Int = 256 << 10) async throws -> SHA256Digest {
        let offsets = Array(stride(from: Int64(0), to: file.size, by: size))
        let parts = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            var parts: [Int: [UInt8]] = [:]
            for (index, offset) in offsets.enumerated() {
                if index >= 4, let (done, bytes) = try await group.next() { parts[done] = bytes }
                group.addTask { (index, try await self.read(Block(offset: offset, count: size), of: file)) }
            }
            for try await (done, bytes) in group { parts[done] = bytes }
            return parts
        }
        let hash = try SHA256()
        for index in offsets.indices { try hash.update(parts[index] ?? []) }
        return try hash.finish()
    }
}
