public import Transcription

/// What the server tells a media host. One host decodes one file.
public enum MediaRequest: Codable, Sendable {
    /// Starts. Travels with two descriptors: the medium, open for reading, and the file for its PCM, open for writing.
    case decode(DecodingOptions, MediaExtent)
    /// Answers `need`: the medium has grown, or is complete.
    case have(MediaExtent)
    /// Answers `need`: no more bytes will come, for this reason.
    case failed(String)
}

/// What a media host answers.
public enum MediaReply: Codable, Sendable {
    /// Its libraries are loaded; names the layers of confinement that do not work here.
    case ready
    /// Reading has to wait until the bytes before this offset have arrived.
    case need(Int64)
    case opened(MediaDescription)
    case decoded(samples: Int)
    case finished(samples: Int, remark: String?)
    case failed(DecodingError)
}
