import Synchronization

/// A recogniser on a GPU with another on the processor behind it: a chunk for which the GPU's memory did not suffice,
/// or whose host died there, is done again on the processor, and the result says so.
public final class FallbackRecognizer: Recognizer {
    public var capabilities: RecognizerCapabilities { first.capabilities }

    private let first: any Recognizer
    private let second: @Sendable () async throws -> any Recognizer
    private let count = Mutex(0)

    /// - Parameter second: loaded when it is first needed.
    public init(first: any Recognizer, second: @escaping @Sendable () async throws -> any Recognizer) {
        self.first = first
        self.second = second
    }

    public var warnings: [String] {
        let count = count.withLock(\.self)
        return count == 0 ? [] : ["\(count) parts did not fit into the GPU's memory and were done on the processor."]
    }

    public func recognise(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition {
        do {
            return try await first.recognise(range, of: pcm, options)
        } catch let error as EngineError where Self.isForWantOfMemory(error) {
            count.withLock { $0 += 1 }
            return try await second().recognise(range, of: pcm, options)
        }
    }

    /// The libraries say so in words only; CUDA's out of memory often ends the process.
    private static func isForWantOfMemory(_ error: EngineError) -> Bool {
        switch error.code {
        case .crashed: true
        case .failed, .unusable:
            ["out of memory", "out_of_memory", "failed to allocate", "bad_alloc"].contains {
                error.description.lowercased().contains($0)
            }
        case .timedOut, .unknownLanguage, .cancelled: false
        }
    }
}
