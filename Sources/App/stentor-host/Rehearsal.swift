import CSystem
import Glibc
import HostProcesses
import Media
import Transcription

/// What a waiting media host does before its file comes, so that the file does not pay for first times. Its descriptors
/// are made before the host is sealed.
struct Rehearsal {
    private let scratch: Descriptor
    private let sink: Descriptor
    private let near: PacketSocket
    private let far: PacketSocket

    /// `nil` when a descriptor cannot be had: the file then comes unrehearsed.
    init?() {
        let scratch = csystem_memory_file("rehearsal")
        let sink = csystem_open("/dev/null", O_WRONLY, 0)
        guard scratch >= 0, sink >= 0, let pair = try? PacketSocket.pair() else { return nil }
        self.scratch = Descriptor(owning: scratch)
        self.sink = Descriptor(owning: sink)
        (near, far) = pair
    }

    func run() {
        MediaWarmUp.run(scratch: scratch.raw, sink: sink.raw)
        let description = MediaDescription(
            container: "", codec: "", sampleRate: 0, channels: 0, audioTracks: 0, duration: 0)
        // Only the cost of the first message of each kind is wanted, so its fate does not matter.
        try? near.send(MediaRequest.decode(DecodingOptions(), MediaExtent(available: 0, isComplete: true)))
        _ = try? far.receive()?.message(MediaRequest.self)
        try? near.send(MediaReply.opened(description))
        try? near.send(MediaReply.finished(samples: 0, remark: nil))
    }
}
