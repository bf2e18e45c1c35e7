import Glibc
import HostProcesses
import Transcription

/// Tells the speakers of a whole recording apart, and says how far it is. Cancelling ends the process: the library
/// cannot be stopped.
struct WholeRecording {
    /// Turns of one packet.
    private static let mostAtOnce = 500
    /// Samples read at once.
    private static let block = PCMFormat.sample(at: 60)

    let audio: Descriptor
    let samples: Int
    let server: PacketSocket

    func diarize(_ id: Int, _ wish: SpeakerWish, _ engine: (any DiarizationEngine)?) throws {
        let turns: [SpeakerTurn]
        do throws(EngineError) {
            guard let engine else { throw EngineError(.unusable, "This host has no models to tell speakers apart.") }
            var told = -1
            turns = try engine.diarize(try read(), wish) { share in
                let percent = Int(share * 100)
                guard percent > told else { return }
                told = percent
                // A server that is gone is noticed by the thread that listens to it.
                try? server.send(EngineReply.working(id: id, Double(percent) / 100))
            }
        } catch {
            return try server.send(EngineReply.failed(id: id, error))
        }
        var rest = turns[...]
        repeat {
            let part = Array(rest.prefix(Self.mostAtOnce))
            rest = rest.dropFirst(part.count)
            try server.send(EngineReply.turns(id: id, part, isLast: rest.isEmpty))
        } while !rest.isEmpty
    }

    private func read() throws(EngineError) -> [Float] {
        guard (0...DiarizedSound.mostForModels).contains(samples) else {
            throw EngineError(.failed, "The recording is too long for models that tell speakers apart.")
        }
        var result = [Float](repeating: 0, count: samples)
        var buffer = [Int16](repeating: 0, count: Self.block)
        var done = 0
        while done < samples {
            let wanted = min(Self.block, samples - done)
            let count = buffer.withUnsafeMutableBytes {
                pread(
                    audio.raw, $0.baseAddress, wanted * PCMFormat.bytesPerSample, off_t(done * PCMFormat.bytesPerSample)
                )
            }
            if count < 0, errno == EINTR { continue }
            let got = count / PCMFormat.bytesPerSample
            guard got > 0 else { throw EngineError(.failed, "The decoded audio could not be read.") }
            for index in 0..<got { result[done + index] = Float(buffer[index]) / 32768 }
            done += got
        }
        return result
    }
}
