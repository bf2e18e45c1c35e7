import Transcripts

/// Subtitle files of other people: whatever they hold, reading ends, and what was read is written as a file
/// that can be read and holds no more cues.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    if let cues = try? SubRip.parse(bytes) {
        let written = SubRip.render(cues)
        guard let again = try? SubRip.parse(Array(written.utf8)) else { preconditionFailure("SRT that cannot be read") }
        precondition(again.count <= cues.count, "SRT that grows when it is read and written")
    }
    if let cues = try? WebVTT.parse(bytes) {
        let written = WebVTT.render(cues)
        guard let again = try? WebVTT.parse(Array(written.utf8)) else { preconditionFailure("VTT that cannot be read") }
        precondition(again.count <= cues.count, "VTT that grows when it is read and written")
    }
    return 0
}
