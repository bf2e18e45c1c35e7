import Crypto
import EventLoops
import Foundation
import MTProto
import Testing

@testable import TelegramClient

struct KeyFileTests {
    private func withFolder(_ body: (String, BlockingPool) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let pool = try BlockingPool(threads: 1)
        defer {
            pool.shutDown()
            try? FileManager.default.removeItem(atPath: folder)
        }
        try await body(folder, pool)
    }

    private var keys: AccountKeys {
        var keys = AccountKeys(home: 4)
        keys.entries[4] = .init(
            key: [UInt8](repeating: 0xab, count: 256), salt: -5, clockOffset: 1.5, isAuthorized: true)
        keys.addresses[2] = [.init(host: "127.0.0.1", port: 443, isMediaOnly: true)]
        return keys
    }

    @Test func `keys survive a restart, for their owner alone and not in the clear`() async throws {
        try await withFolder { folder, pool in
            let first = EncryptedKeyFile(folder: folder, pool: pool)
            #expect(try await first.load(1) == nil)
            try await first.save(keys, of: 1)
            try await first.save(AccountKeys(home: 2), of: 2)
            let second = EncryptedKeyFile(folder: folder, pool: pool)
            #expect(try await second.load(1) == keys)
            #expect(try await second.load(2)?.home == 2)
            for name in ["telegram.keys", "telegram.secret"] {
                let path = "\(folder)/\(name)"
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
            let stored = try Data(contentsOf: URL(filePath: "\(folder)/telegram.keys"))
            #expect(stored.range(of: Data("home".utf8)) == nil && stored.range(of: Data("127.0.0.1".utf8)) == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
        }
    }

    @Test func `a changed, cut or foreign file is refused with what to do`() async throws {
        try await withFolder { folder, pool in
            try await EncryptedKeyFile(folder: folder, pool: pool).save(keys, of: 1)
            let path = URL(filePath: "\(folder)/telegram.keys")
            let good = try Data(contentsOf: path)
            for bytes in [
                Data(), good.dropLast(), Data(good.map { $0 ^ 1 }), good.prefix(4) + good.dropFirst(4).reversed(),
            ] {
                try Data(bytes).write(to: path)
                await #expect(throws: EncryptedKeyFile.Failure.self) {
                    try await EncryptedKeyFile(folder: folder, pool: pool).load(1)
                }
            }
            try good.write(to: path)
            try Data(repeating: 1, count: 32).write(to: URL(filePath: "\(folder)/telegram.secret"))
            await #expect(throws: EncryptedKeyFile.Failure.self) {
                try await EncryptedKeyFile(folder: folder, pool: pool).load(1)
            }
        }
    }

    @Test func `saving from many tasks keeps the last of each`() async throws {
        try await withFolder { folder, pool in
            let file = EncryptedKeyFile(folder: folder, pool: pool)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for bot in 1...20 { group.addTask { try await file.save(AccountKeys(home: bot), of: Int64(bot)) } }
                try await group.waitForAll()
            }
            let other = EncryptedKeyFile(folder: folder, pool: pool)
            for bot in 1...20 { #expect(try await other.load(Int64(bot))?.home == bot) }
        }
    }
}
