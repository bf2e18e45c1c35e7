import CloudRouting
import EventLoops
import FakeProviders
import Foundation
import HTTPClient
import HostedEngines
import MediaStores
import Settings
import Testing
import Transcription
import Transcripts
import Workbench

@testable import CloudProviders

/// The fakes, a client, an encoder and audio for the length of one test.
struct ProviderFixture: Sendable {
    static let key = "secret-key-0123456789"
    static let host = Workbench.programs.appending(path: "stentor-host").path

    let providers: FakeProviders
    let port: UInt16
    let client: HTTPClient
    let encoder: HostedEncoder
    let detector: LoudnessDetector
    let bench: Workbench
    let pool: BlockingPool

    static func with<Value: Sendable>(_ body: (ProviderFixture) async throws -> Value) async throws -> Value {
        let loops = try EventLoopGroup(count: 1, name: "fakes")
        let loop = try EventLoop(name: "client")
        let providers = FakeProviders(loops: loops)
        let port = try await providers.start()
        let client = try HTTPClient(on: loop)
        let encoder = HostedEncoder(executable: host, loop: loop)
        let pool = try BlockingPool(threads: 2)
        let fixture = ProviderFixture(
            providers: providers, port: port, client: client, encoder: encoder, detector: LoudnessDetector(pool),
            bench: try Workbench(), pool: pool)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(fixture))
        } catch {
            result = .failure(error)
        }
        await encoder.stop()
        await client.shutDown()
        await providers.stop()
        await loop.shutDown()
        await loops.shutDown()
        pool.shutDown()
        return try result.get()
    }

    func account(
        _ service: ProviderAccount.Service, key: String = ProviderFixture.key, model: String? = nil
    ) -> ProviderAccount {
        let path =
            switch service {
            case .groq: "groq/openai/v1"
            case .deepgram: "deepgram"
            case .openai: "openai/v1"
            }
        return ProviderAccount(service, key: Secret(key), model: model, baseURL: "http://127.0.0.1:\(port)/\(path)")
    }

    func recognizer(
        _ service: ProviderAccount.Service, key: String = ProviderFixture.key, model: String? = nil,
        input: EncodedInput? = nil
    ) -> CloudRecognizer {
        CloudRecognizer(
            account(service, key: key, model: model), client: client, encoder: encoder, files: pool, input: input)
    }

    /// Runs a whole transcription.
    func transcribe(_ media: any MediaSource, _ recognizer: any Recognizer) async throws -> Transcript {
        let decoder = HostedDecoder(executable: Self.host, workFolder: bench.folder.path, startsAhead: false)
        let pipeline = TranscriptionPipeline(decoder: decoder, detector: detector, recognizer: recognizer)
        let transcript: Transcript
        do {
            transcript = try await pipeline.transcribe(media, .init()) { _ in }
        } catch {
            await decoder.stop()
            throw error
        }
        await decoder.stop()
        return transcript
    }

    /// A job of a router with one service.
    func job(_ service: ProviderAccount.Service, input: EncodedInput? = nil) -> RoutedRecognizer {
        ProviderRouter(
            [.provider(recognizer(service, input: input), limits: .init(concurrency: 2))], clock: FakeTime().clock()
        ).job(detector: detector)
    }

    /// Decoded audio of `seconds` with a tone word at each of `starts`.
    func audio(seconds: Double, words starts: [Double]) throws -> OpenPCM {
        let samples = ToneWords.samples(starts: starts, seconds: seconds)
        let path = try bench.write(samples.withUnsafeBytes { Array($0) }, to: "\(UUID().uuidString).pcm")
        return try OpenPCM(path)
    }
}

/// Decoded audio in a file.
final class OpenPCM: PCM {
    private let handle: FileHandle
    let channels = 1
    let samples: Int

    var descriptor: CInt { handle.fileDescriptor }

    init(_ path: String) throws {
        handle = try #require(FileHandle(forReadingAtPath: path))
        samples = Int(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0) / 2
    }
}

/// Time that passes only by sleeping.
final class FakeTime: Sendable {
    private let time = Guarded(1_000_000.0)
    private let slept = Guarded([Double]())

    var now: Double { time.withLock { $0 } }
    var pauses: [Double] { slept.withLock { $0 } }

    func clock() -> RouterClock {
        RouterClock(
            now: { self.now },
            sleep: { seconds in
                try Task.checkCancellation()
                self.slept.withLock { $0.append(seconds) }
                self.time.withLock { $0 += seconds }
                await Task.yield()
            }, random: { 0.5 })
    }
}
