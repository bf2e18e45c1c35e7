import Transcripts

extension TranscriptionPipeline.Request {
    /// Where nobody could tell speakers apart, a request for them gets one, and is told so.
    func withSpeakers(_ transcript: Transcript) -> Transcript {
        guard separatesSpeakers, transcript.segments.allSatisfy({ $0.speaker == nil }) else { return transcript }
        var transcript = transcript
        for index in transcript.segments.indices { transcript.segments[index].speaker = "SPEAKER_00" }
        transcript.warnings.append(
            "This engine does not tell speakers apart: everything is given to one speaker.")
        return transcript
    }
}
