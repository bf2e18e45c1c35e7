import Confinement
import Glibc
import HostProcesses
import Media
import Transcription

/// The media role: decodes one file and ends, or encodes parts of what was decoded.
enum MediaHost {
    /// Address space for libraries, FFmpeg's buffers and the resampler; the resident part stays below 150 MiB.
    private static let memory = 1 << 30
    /// FFmpeg decodes hundreds of times faster than real time; a file that takes longer than this share of it is hostile.
    private static let processorShare = 25.0

    static func run() -> Never {
        let socket = PacketSocket(Descriptor(owning: ChildProcess.socketNumber))
        // A reader that goes is an error of the write.
        signal(SIGPIPE, SIG_IGN)
        var confinement = Confinement(role: .media)
        let rehearsal = Rehearsal()
        confinement.restrictFiles(readable: [])
        confinement.seal(Confinement.Limits(memory: memory))
        do {
            try socket.send(MediaReply.ready)
            // A host that was started ahead has time; one whose file is there already has none.
            if !socket.hasPacket { rehearsal?.run() }
            while let packet = try socket.receive() { try serve(packet, confinement, socket) }
            exit(0)
        } catch {
            // The server is gone or broken; there is nobody to tell.
            exit(1)
        }
    }

    private static func serve(_ packet: Packet, _ confinement: Confinement, _ socket: PacketSocket) throws {
        guard (2...3).contains(packet.descriptors.count) else { exit(3) }
        var confinement = confinement
        let (source, target) = (packet.descriptors[0], packet.descriptors[1])
        switch try packet.message(MediaRequest.self) {
        case .decode(let options, let extent):
            confinement.narrow(limits(options))
            try decode(source, extent, into: target, levels: packet.descriptors.dropFirst(2).first, options, socket)
            exit(0)
        case .transcode(let options, let settings, let extent):
            confinement.narrow(limits(options, encodes: true))
            try transcode(source, extent, into: target, options, settings, socket)
            exit(0)
        case .encode(let range, let settings):
            confinement.narrow(Confinement.Limits(memory: memory, fileSize: 0))
            try encode(range, of: source, into: target, settings, socket)
        case .have, .failed: exit(3)
        }
    }

    /// Encoding takes about as long as decoding.
    private static func limits(_ options: DecodingOptions, encodes: Bool) -> Confinement.Limits {
        var limits = limits(options)
        limits.processorSeconds = limits.processorSeconds.map { $0 * 2 }
        limits.fileSize = 0
        return limits
    }

    private static func limits(_ options: DecodingOptions) -> Confinement.Limits {
        let bytes = options.maximumSeconds * Double(PCMFormat.sampleRate * PCMFormat.bytesPerSample)
        return Confinement.Limits(
            memory: memory, processorSeconds: 30 + Int(options.maximumSeconds / processorShare),
            fileSize: Int(bytes) + 1 << 20)
    }

    private static func decode(
        _ media: Descriptor, _ extent: MediaExtent, into pcm: Descriptor, levels file: Descriptor?,
        _ options: DecodingOptions, _ socket: PacketSocket
    ) throws {
        try answer(socket) { () throws(DecodingError) in
            let decoder = MediaDecoder(try input(media, extent, socket), options)
            let result = try decoder.decode(into: pcm.raw) { event throws(DecodingError) in try pass(event, socket) }
            if let file, let levels = result.channels { try write(levels.levels, to: file) }
            return result
        }
    }

    private static func write(_ bytes: [UInt8], to file: Descriptor) throws(DecodingError) {
        guard Descriptor.writeAll(bytes, to: file.raw) else {
            throw DecodingError(.diskFull, "There is no room on the disk for the decoded audio.")
        }
    }

    private static func transcode(
        _ media: Descriptor, _ extent: MediaExtent, into pipe: Descriptor, _ options: DecodingOptions,
        _ settings: EncodingSettings, _ socket: PacketSocket
    ) throws {
        try answer(socket) { () throws(DecodingError) in
            let decoder = MediaDecoder(try input(media, extent, socket), options)
            let packer = try AudioPacker(into: pipe.raw, settings)
            return try decoder.decode(into: packer) { event throws(DecodingError) in try pass(event, socket) }
        }
    }

    private static func encode(
        _ range: Range<Int>, of pcm: Descriptor, into pipe: Descriptor, _ settings: EncodingSettings,
        _ socket: PacketSocket
    ) throws {
        try answer(socket) { () throws(DecodingError) in
            let packer = try AudioPacker(into: pipe.raw, settings)
            try PCMReader(pcm.raw).read(range) { samples throws(DecodingError) in try packer.write(samples) }
            try packer.finish()
            return MediaDecoder.Result(samples: packer.samples)
        }
    }

    /// Tells how the work ended.
    private static func answer(
        _ socket: PacketSocket,
        _ work: () throws(DecodingError) -> MediaDecoder.Result
    ) throws {
        do throws(DecodingError) {
            let result = try work()
            let channels = result.channels?.channels
            try tell(.finished(samples: result.samples, remark: result.remark, channels: channels), socket)
        } catch {
            try socket.send(MediaReply.failed(error))
        }
    }

    private static func input(
        _ media: Descriptor, _ extent: MediaExtent, _ socket: PacketSocket
    ) throws(DecodingError) -> MediaInput {
        try MediaInput(descriptor: media.raw, extent: extent) { end throws(DecodingError) in
            try wait(forBytesBefore: end, socket)
        }
    }

    private static func pass(_ event: MediaDecoder.Event, _ socket: PacketSocket) throws(DecodingError) {
        switch event {
        case .opened(let description): try tell(.opened(description), socket)
        case .decoded(let samples): try tell(.decoded(samples: samples), socket)
        }
    }

    private static func wait(forBytesBefore end: Int64, _ socket: PacketSocket) throws(DecodingError) -> MediaExtent {
        try tell(.need(end), socket)
        do {
            guard let packet = try socket.receive() else { exit(0) }
            switch try packet.message(MediaRequest.self) {
            case .have(let extent): return extent
            case .failed(let why): throw DecodingError(.sourceFailed, why)
            case .decode, .encode, .transcode: exit(3)
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
