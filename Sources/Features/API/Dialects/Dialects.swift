public import HTTPRouting

/// The languages one port speaks. Which one a request speaks follows from the longest prefix of its path, and decides
/// how even a refused key, an unknown address or a body that is too large is told.
public enum Dialects {
    /// Paths of whisper-asr-webservice.
    public static let whisperASR = ["/asr", "/detect-language"]

    public static func addEnvelopes(to envelopes: inout ErrorEnvelopes) {
        envelopes.add(prefix: "/v1", OpenAIEnvelope.envelope)
        envelopes.add(prefix: "/v1/listen", DeepgramEnvelope.envelope)
        for prefix in whisperASR { envelopes.add(prefix: prefix, ErrorEnvelopes.plainText) }
    }
}
