import Confinement
import Glibc
import HostProcesses
import Media
import Transcription

/// The media role: decodes one file and ends.
enum MediaHost {
    /// Address space for libraries, FFmpeg's buffers and the resampler; the resident part stays below 150 MiB.
    private static let memory = 1 << 30
    /// FFmpeg decodes hundreds of times faster than real time; a file that takes longer than this share of it is hostile.
    private static let processorShare = 25.0

    static func run() -> Never {
        let socket = PacketSocket(Descriptor(owning: ChildProcess.socketNumber))
        var confinement = Confinement(role: .media)
        let rehearsal = Rehearsal()
        confinement.restrictFiles(readable: [])
        confinement.seal(Confinement.Limits(memory: memory))
        do {
            try socket.send(MediaReply.ready)
            // A host that was started ahead has time; one whose file is there already has none.
            if !socket.hasPacket { rehearsal?.run() }
            guard let packet = try socket.receive() else { exit(0) }
            guard case .decode(let options, let extent) = try packet.message(MediaRequest.self),
                packet.descriptors.count == 2
            else { exit(3) }
            confinement.narrow(limits(options))
            try decode(packet.descriptors[0], extent, into: packet.descriptors[1], options, socket)
            exit(0)
        } catch {
            // The server is gone or broken; there is nobody to tell.
            exit(1)
        }
    }

    private static func limits(_ options: DecodingOptions) -> Confinement.Limits {
        let channels = options.keepsChannels ? 8 : 1
        let bytes = options.maximumSeconds * Double(PCMFormat.sampleRate * PCMFormat.bytesPerSample * channels)
        return Confinement.Limits(
            memory: memory, processorSeconds: 30 + Int(options.maximumSeconds / processorShare),
            fileSize: Int(bytes) + 1 << 20)
    }

    private static func decode(
        _ media: Descriptor, _ extent: MediaExtent, into pcm: Descriptor, _ options: DecodingOptions,
        _ socket: PacketSocket
    ) throws {
        do throws(DecodingError) {
            let input = try MediaInput(descriptor: media.raw, extent: extent) { end throws(DecodingError) in
                try wait(forBytesBefore: end, socket)
            }
            let result = try MediaDecoder(input, options).decode(into: pcm.raw) { event throws(DecodingError) in
                switch event {
                case .opened(let description): try tell(.opened(description), socket)
                case .decoded(let samples): try tell(.decoded(samples: samples), socket)
                }
            }
            try tell(.finished(samples: result.samples, remark: result.remark), socket)
        } catch {
            try socket.send(MediaReply.failed(error))
        }
    }

    private static func wait(forBytesBefore end: Int64, _ socket: PacketSocket) throws(DecodingError) -> MediaExtent {
        try tell(.need(end), socket)
        do {
            guard let packet = try socket.receive() else { exit(0) }
            switch try packet.message(MediaRequest.self) {
            case .have(let extent): return extent
            case .failed(let why): throw DecodingError(.sourceFailed, why)
            case .decode: exit(3)
            }
        } catch let error as DecodingError {
            throw error
        } catch {
            exit(1)
        }
    }

    /// The server hears everything or is gone.
    private static func tell(_ reply: MediaReply, _ socket: PacketSocket) throws(DecodingError) {
        do {
            try socket.send(reply)
        } catch {
            exit(1)
        }
    }
}
