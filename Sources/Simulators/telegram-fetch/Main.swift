import Crypto
import EventLoops
import FoundationEssentials
import Glibc
import MTProto
import Streaming
import TelegramClient

/// Reads a file from data centres with our client and prints what it cost, as JSON. For benchmarks, never shipped.
///
///     telegram-fetch --dcs 2=127.0.0.1:7002,… --keys keys.pem --folder FOLDER --token TOKEN --file FILE_ID --size BYTES
///         [--in-flight 4] [--connections 1] [--per-connection 4]
///         [--hash no]
///     telegram-fetch --ige MIB
@main
struct TelegramFetch {
    static func main() throws {
        var options: [String: String] = [:]
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst(), let value = words.popFirst() { options[String(word.dropFirst(2))] = value }
        let given = options
        if let size = given["ige"].flatMap({ Int($0) }) { return measureIGE(size) }
        try MainThread.run(blocking: [SIGTERM]) { try await run(given) }
    }

    private static func configuration(_ options: [String: String]) throws -> TelegramConfiguration {
        let pem = String(decoding: try Data(contentsOf: URL(filePath: options["keys"] ?? "")), as: UTF8.self)
        var addresses: [Int: [AccountKeys.Address]] = [:]
        for word in (options["dcs"] ?? "").split(separator: ",") {
            let parts = word.split(whereSeparator: { $0 == "=" || $0 == ":" })
            guard parts.count == 3, let number = Int(parts[0]), let port = UInt16(parts[2]) else { continue }
            addresses[number] = [.init(host: String(parts[1]), port: port)]
        }
        var configuration = TelegramConfiguration(
            apiID: 1, apiHash: "hash", tokens: [options["token"] ?? ""], keys: RSAPublicKey.keys(pem: pem) ?? [],
            addresses: addresses, version: "0")
        configuration.mostConnections = Int(options["connections"] ?? "") ?? 1
        configuration.perConnection = Int(options["per-connection"] ?? options["in-flight"] ?? "") ?? 4
        return configuration
    }

    private static func run(_ options: [String: String]) async throws {
        let started = MonotonicTime.now()
        let loops = try EventLoopGroup(count: 1)
        let store = EncryptedKeyFile(folder: options["folder"] ?? ".", pool: try BlockingPool(threads: 1))
        let client = TelegramClient(try configuration(options), store: store, on: loops.loops[0])
        let size = Int64(options["size"] ?? "") ?? 0
        let file = RemoteFile(id: options["file"] ?? "", uniqueID: "", size: size, name: "")
        _ = try await client.read(Block(offset: 0, count: 64 << 10), of: file)
        let firstByte = MonotonicTime.now() - started
        let (before, usedBefore) = (MonotonicTime.now(), processorSeconds())
        let digest = try await read(
            client, file, Int(options["in-flight"] ?? "") ?? 4, hashes: options["hash"] != "no")
        let (wall, used) = (MonotonicTime.now() - before, processorSeconds() - usedBefore)
        await client.close()
        let seconds = Double(wall.nanoseconds) / 1e9
        print(
            """
            {"first_byte": \(Double(firstByte.nanoseconds) / 1e9), "seconds": \(seconds), "cpu": \(used), \
            "bytes_per_second": \(Double(size) / seconds), "sha256": "\(digest)", "peak_kib": \(peakKiB())}
            """)
        await loops.shutDown()
    }

    /// All of a file in order, so many blocks of a MiB on their way.
    private static func read(
        _ client: TelegramClient, _ file: RemoteFile, _ inFlight: Int, hashes: Bool
    ) async throws -> String {
        let hash = try SHA256()
        try await withThrowingTaskGroup(of: (Int64, [UInt8]).self) { group in
            var (next, due) = (Int64(0), Int64(0))
            var ready: [Int64: [UInt8]] = [:]
            func fill() {
                while next < file.size, next - due < Int64(inFlight) << 20 {
                    let offset = next
                    next += 1 << 20
                    group.addTask { (offset, try await client.read(Block(offset: offset, count: 1 << 20), of: file)) }
                }
            }
            fill()
            while due < file.size, let (offset, bytes) = try await group.next() {
                ready[offset] = bytes
                while let bytes = ready.removeValue(forKey: due) {
                    due += 1 << 20
                    fill()
                    if hashes { try hash.update(bytes) }
                }
            }
        }
        return try hash.finish().hex
    }

    /// Decrypts so many blocks of a MiB.
    private static func measureIGE(_ count: Int) {
        let cipher = OpenSSLCipher()
        var bytes = [UInt8](repeating: 1, count: 1 << 20)
        let key = [UInt8](0..<32)
        let before = processorSeconds()
        for _ in 0..<count { cipher.decryptIGE(&bytes, 0..<bytes.count, key: key, iv: key) }
        print("{\"bytes_per_second\": \(Double(count << 20) / (processorSeconds() - before))}")
    }

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let parts = [usage.ru_utime, usage.ru_stime]
        return parts.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// The largest resident size, of this program alone: `getrusage` would tell the parent's.
    private static func peakKiB() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }
}
