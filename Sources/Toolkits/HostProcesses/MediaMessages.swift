public import Transcription

/// What the server tells a media host. One host decodes one file; one that encodes decoded audio may do so again.
public enum MediaRequest: Codable, Sendable {
    /// Starts. Travels with two descriptors: the medium, open for reading, and the file for its PCM, open for writing;
    /// with a third, for the levels of its channels, where they are asked for.
    case decode(DecodingOptions, MediaExtent)
    /// Encodes decoded mono samples. Travels with the PCM file, open for reading, and a pipe for the bytes; may be
    /// followed by the next one.
    case encode(range: Range<Int>, EncodingSettings)
    /// Decodes and encodes at once. Travels with the medium and a pipe.
    case transcode(DecodingOptions, EncodingSettings, MediaExtent)
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
    /// - Parameter channels: as many levels lie in each frame of the third file.
    case finished(samples: Int, remark: String?, channels: Int? = nil)
    case failed(DecodingError)
}
