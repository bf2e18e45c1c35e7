import Transcripts

/// Transcripts as JSON, from a cache or another server: what is accepted survives being written and read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    guard let transcript = try? TranscriptJSON.decode(bytes) else { return 0 }
    let written = TranscriptJSON.encode(transcript, includesWords: true)
    guard let again = try? TranscriptJSON.decode(Array(written.utf8)) else {
        preconditionFailure("JSON that cannot be read")
    }
    precondition(TranscriptJSON.encode(again, includesWords: true) == written, "a transcript that changes")
    for format in OutputFormat.allCases { _ = transcript.rendered(as: format) }
    return 0
}
