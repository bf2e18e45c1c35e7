/// The port to whatever turns audio into the few bytes that are sent to a provider.
public protocol AudioEncoder: Sendable {
    /// Takes encoded bytes in order; suspends while the receiver is busy, and the encoder with it.
    typealias Write = @Sendable ([UInt8]) async throws -> Void

    /// Encodes mono samples `range`. Throws `DecodingError`, or what `write` throws.
    func encode(
        _ range: Range<Int>, of pcm: any PCM, _ settings: EncodingSettings, write: @escaping Write
    ) async throws

    /// Decodes a medium and encodes it at once, while it may still arrive; nothing is kept.
    /// - Parameter opened: told what the file is before its first byte is written; may throw to stop.
    /// - Returns: the samples per channel that were encoded, and what was wrong with a file that still gave audio.
    func transcode(
        _ media: any MediaSource, _ options: DecodingOptions, _ settings: EncodingSettings,
        opened: @escaping @Sendable (MediaDescription) async throws -> Void, write: @escaping Write
    ) async throws -> (samples: Int, remark: String?)
}
