public import CloudRouting
import EventLoops
import Glibc
import HTTPTypes
public import Transcription

/// A whole medium in one request: as it is, or encoded while it is decoded while it arrives.
extension CloudRecognizer {
    /// A file may last so much longer than it says, in seconds and as a part of it.
    private static let tolerance = (seconds: 5.0, share: 1.05)

    public func planWhole(_ media: any MediaSource, _ decoding: DecodingOptions) async throws -> WholePlan? {
        let description: MediaDescription
        do {
            let probe = EncodingSettings(format: .opus, bitrate: 16_000)
            _ = try await encoder.transcode(media, decoding, probe, opened: { throw Described($0) }, write: { _ in })
            return nil
        } catch let described as Described {
            description = described.description
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The decoder will meet the same fault and say it.
            return nil
        }
        return CompressionPlan.whole(
            media.extent, description: description, decoding: decoding,
            accepted: files == nil ? [] : Set(FileKind.known.keys), input: input, wishes: wishes)
    }

    public func attemptWhole(
        _ media: any MediaSource, _ decoding: DecodingOptions, _ options: RecognitionOptions, _ plan: WholePlan,
        within seconds: Double
    ) async throws -> (whole: WholeRecognition, rate: RateObservation) {
        let sent = SentMedia(seconds: plan.seconds)
        let upload = plan.settings.map { encoded(media, decoding, plan, $0, sent) } ?? untouched(media, plan, sent)
        let answerTime = ProviderRouter.answerTime(plan.seconds)
        let provider = account.service.rawValue
        return try await withThrowingTaskGroup(of: (Recognition, RateObservation)?.self) { group in
            group.addTask { try await send(upload, options, within: seconds) }
            group.addTask {
                // The medium takes its time to arrive; the answer to it does not.
                await sent.isOver()
                try await Task.sleep(for: .seconds(answerTime))
                throw ProviderError(provider, .timedOut)
            }
            defer {
                group.cancelAll()
                sent.end()
            }
            guard let (recognition, rate) = try await group.next() ?? nil else { throw CancellationError() }
            let facts = sent.facts
            return (WholeRecognition(recognition: recognition, seconds: facts.seconds, remark: facts.remark), rate)
        }
    }

    private func encoded(
        _ media: any MediaSource, _ decoding: DecodingOptions, _ plan: WholePlan, _ settings: EncodingSettings,
        _ sent: SentMedia
    ) -> AudioUpload {
        var decoding = decoding
        decoding.maximumSeconds = min(
            decoding.maximumSeconds, plan.seconds * Self.tolerance.share + Self.tolerance.seconds)
        let (encoder, bounded) = (encoder, decoding)
        return AudioUpload(
            fileName: "audio.\(settings.format.fileExtension)", contentType: settings.format.contentType,
            body: .stream { writer in
                let result = try await encoder.transcode(media, bounded, settings, opened: { _ in }) { bytes in
                    try await writer.write(bytes)
                }
                sent.end(seconds: PCMFormat.seconds(result.samples), remark: result.remark)
            })
    }

    private func untouched(_ media: any MediaSource, _ plan: WholePlan, _ sent: SentMedia) -> AudioUpload {
        let kind = FileKind.known[plan.container ?? ""] ?? FileKind(fileExtension: "bin", contentType: "audio/*")
        let length = media.extent.available
        let files = files
        return AudioUpload(
            fileName: "audio.\(kind.fileExtension)", contentType: kind.contentType,
            body: .stream(length: length) { writer in
                var position: Int64 = 0
                while position < length, let files {
                    let (start, count) = (position, Int(min(64 * 1024, length - position)))
                    let bytes = try await files.run { try FileBytes.read(media.descriptor, at: start, count: count) }
                    try await writer.write(bytes)
                    position += Int64(bytes.count)
                }
                sent.end()
            })
    }
}

/// Carries a description out of a transcoding that was only begun to get it.
private struct Described: Error {
    let description: MediaDescription

    init(_ description: MediaDescription) {
        self.description = description
    }
}
