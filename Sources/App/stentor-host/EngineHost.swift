import Confinement
import Glibc
import HostProcesses
import Synchronization
import Transcription

/// The engine role: loads one model, then answers one request after the other until the server goes.
enum EngineHost {
    /// The longest stretch one request may name, in samples: a window of speech detection.
    private static let longestRange = PCMFormat.sample(at: 150)

    static func run() -> Never {
        let server = PacketSocket(Descriptor(owning: ChildProcess.socketNumber))
        do {
            guard let packet = try server.receive() else { exit(0) }
            guard case .load(let setup) = try packet.message(EngineRequest.self) else { exit(3) }
            let cancelled = CancelledRequest()
            let requests = try listen(to: server, cancelled)
            try serve(setup, server, requests, cancelled)
        } catch {
            exit(1)
        }
    }

    private static func serve(
        _ setup: EngineSetup, _ server: PacketSocket, _ requests: PacketSocket, _ cancelled: CancelledRequest
    ) throws -> Never {
        var confinement = Confinement(role: .engine)
        confinement.restrictFiles(readable: LoadedEngine.readablePaths(setup))
        let engine: LoadedEngine
        do throws(EngineError) {
            engine = try LoadedEngine(setup)
        } catch {
            try server.send(EngineReply.unusable(error))
            exit(0)
        }
        confinement.seal(Confinement.Limits(memory: setup.memoryLimit, processorSeconds: nil, fileSize: 0))
        try server.send(
            EngineReply.ready(
                engine.recognizer?.capabilities, stopsInsideChunk: engine.recognizer?.stopsInsideChunk ?? true))
        while let packet = try requests.receive() {
            guard let audio = packet.descriptors.first else { exit(3) }
            let request = try packet.message(EngineRequest.self)
            if case .diarize(let id, let samples, let wish) = request {
                try WholeRecording(audio: audio, samples: samples, server: server).diarize(id, wish, engine.diarizer)
            } else {
                try server.send(answer(request, audio, engine, cancelled))
            }
        }
        exit(0)
    }

    /// Hears the server on a thread of its own, so that a cancel is seen while the engine works and the process ends
    /// with the server even in the middle of a chunk. Requests pass through a second socket to the working thread.
    private static func listen(to server: PacketSocket, _ cancelled: CancelledRequest) throws -> PacketSocket {
        let (reader, writer) = try PacketSocket.pair()
        Thread.start(named: "listener") {
            while let packet = try? server.receive() {  // any failure means that the server is gone
                if case .cancel(let id) = try? packet.message(EngineRequest.self) {
                    cancelled.mark(id)
                } else if (try? writer.send(packet)) == nil {
                    exit(1)
                }
            }
            _exit(0)
        }
        return reader
    }

    private static func answer(
        _ request: EngineRequest, _ audio: Descriptor, _ engine: LoadedEngine, _ cancelled: CancelledRequest
    ) -> EngineReply {
        switch request {
        case .detectSpeech(let id, let range):
            return attempt(id) { () throws(EngineError) in
                let spans = try engine.detector.detectSpeech(try read(audio, range))
                return .speech(
                    id: id, spans.map { $0.lowerBound + range.lowerBound..<$0.upperBound + range.lowerBound })
            }
        case .recognise(let id, let range, let options):
            return attempt(id) { () throws(EngineError) in
                guard let recognizer = engine.recognizer else {
                    throw EngineError(.unusable, "This host has no recogniser.")
                }
                let samples = try read(audio, range)
                return .recognised(
                    id: id, try recognizer.recognise(samples, options) { cancelled.isMarked(id) })
            }
        case .embedVoices(let id, let windows):
            return attempt(id) { () throws(EngineError) in
                guard let voices = engine.voices else {
                    throw EngineError(.unusable, "The speaker encoder is not installed: run `make setup`.")
                }
                return .voices(id: id, try embed(windows, audio, voices) { cancelled.isMarked(id) })
            }
        case .load, .cancel, .diarize: exit(3)
        }
    }

    private static func embed(
        _ windows: [Int], _ audio: Descriptor, _ voices: any VoiceEngine, _ isCancelled: () -> Bool
    ) throws(EngineError) -> VoicePrints {
        guard let first = windows.first, let last = windows.last, windows.count <= VoiceWindow.mostAtOnce,
            windows.allSatisfy({ (first...last).contains($0) }), last - first <= VoiceWindow.longestStretch
        else { throw EngineError(.failed, "A request named too many windows.") }
        // Frames reach a little further than their window; what lies before the audio or behind it is silence.
        let margin = PCMFormat.sample(at: 0.05)
        let start = max(0, first - margin)
        let samples = try readAvailable(audio, start..<last + VoiceWindow.length + margin)
        let vectors = try voices.embed(samples, windows: windows.map { $0 - start }, isCancelled: isCancelled)
        return VoicePrints(vectors)
    }

    private static func attempt(_ id: Int, _ work: () throws(EngineError) -> EngineReply) -> EngineReply {
        do throws(EngineError) {
            return try work()
        } catch {
            return .failed(id: id, error)
        }
    }

    private static func read(_ audio: Descriptor, _ range: Range<Int>) throws(EngineError) -> [Int16] {
        let samples = try readAvailable(audio, range)
        guard samples.count == range.count else {
            throw EngineError(.failed, "The decoded audio could not be read.")
        }
        return samples
    }

    /// As much of the range as there is.
    private static func readAvailable(_ audio: Descriptor, _ range: Range<Int>) throws(EngineError) -> [Int16] {
        guard range.lowerBound >= 0, range.count <= longestRange else {
            throw EngineError(.failed, "A request named too much audio.")
        }
        var samples = [Int16](repeating: 0, count: range.count)
        let bytes = range.count * PCMFormat.bytesPerSample
        var done = 0
        while done < bytes {
            let offset = off_t(range.lowerBound * PCMFormat.bytesPerSample + done)
            let count = samples.withUnsafeMutableBytes {
                pread(audio.raw, $0.baseAddress?.advanced(by: done), bytes - done, offset)
            }
            if count == 0 { break }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw EngineError(.failed, "The decoded audio could not be read.")
            }
        }
        return Array(samples.prefix(done / PCMFormat.bytesPerSample))
    }
}

/// The request that the server no longer wants; set by the listening thread, read by the working one.
final class CancelledRequest: Sendable {
    private let id = Atomic(-1)

    func mark(_ id: Int) { self.id.store(id, ordering: .relaxed) }
    func isMarked(_ id: Int) -> Bool { self.id.load(ordering: .relaxed) == id }
}
