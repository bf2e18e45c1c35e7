public import Accounts
import Jobs

/// Small files from one source, large ones from another. Where the size is not known, the first is tried and the second
/// when it says that the file is too large.
public struct FilesBySize: FileSource {
    private let small: any FileSource
    private let large: any FileSource
    /// Bytes up to which the first source is asked.
    private let limit: Int64

    public init(small: any FileSource, large: any FileSource, limit: Int64 = 20_000_000) {
        self.small = small
        self.large = large
        self.limit = limit
    }

    public var largestFile: Int64 { max(small.largestFile, large.largestFile) }

    public func fetch(_ file: TelegramAddress, _ take: ([UInt8]) async throws -> Void) async throws {
        if let bytes = file.bytes, bytes > limit { return try await large.fetch(file, take) }
        do {
            try await small.fetch(file, take)
        } catch let failure as JobFailure where failure.code == "telegram_too_large" {
            // Said before the first byte.
            try await large.fetch(file, take)
        }
    }
}
