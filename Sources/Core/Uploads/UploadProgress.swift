/// One piece of an upload on its way: what of it is taken, and when it is made durable.
///
/// A piece with a checksum counts only as a whole. One without counts as far as it came: that is what makes an upload
/// over a bad line end at all.
public struct UploadProgress: Sendable, Hashable {
    /// What comes without a pause is made durable after so many bytes: no more is sent twice after a power cut.
    public static let syncEvery: Int64 = 16 << 20

    public enum Ending: Sendable, Hashable {
        case keep
        case rollBack(to: Int64)
    }

    public let length: Int64
    public let start: Int64
    public private(set) var offset: Int64
    private let isChecked: Bool
    private var synced: Int64

    /// - Parameters:
    ///   - claimed: where the client says the piece begins.
    ///   - announced: its bytes, where they are known.
    ///   - isChecked: it comes with a checksum.
    public init(
        _ state: UploadState, at claimed: Int64, announced: Int64?, isChecked: Bool
    ) throws(UploadError) {
        guard claimed == state.offset else { throw .wrongOffset(expected: state.offset) }
        length = state.record.length
        if let announced, announced > length - claimed { throw .tooLong(length: length) }
        start = claimed
        offset = claimed
        synced = claimed
        self.isChecked = isChecked
    }

    /// Throws when bytes come that were never announced.
    public func check(_ count: Int) throws(UploadError) {
        guard Int64(count) <= length - offset else { throw .tooLong(length: length) }
    }

    /// So many bytes were written. Returns whether they are to be made durable now.
    public mutating func wrote(_ count: Int) -> Bool {
        offset += Int64(count)
        guard !isChecked, offset - synced >= Self.syncEvery else { return false }
        synced = offset
        return true
    }

    /// The piece is over, whole or not.
    /// - Parameter matches: whether it has the checksum it came with; `nil` when that cannot be told.
    public func ending(matches: Bool?) -> Ending {
        isChecked && matches != true ? .rollBack(to: start) : .keep
    }
}
