import Jobs
import Testing
import UploadVaultConformance

@testable import Uploads

@Suite struct UploadProgressTests {
    private func state(_ offset: Int64, of length: Int64 = 100 << 20) -> UploadState {
        UploadState(record: UploadVaultConformance.record(length: length), offset: offset, touchedAt: 0)
    }

    @Test func `A piece begins where the last one ended`() throws {
        #expect(throws: UploadError.wrongOffset(expected: 5)) {
            try UploadProgress(state(5), at: 4, announced: nil, isChecked: false)
        }
        #expect(throws: UploadError.wrongOffset(expected: 5)) {
            try UploadProgress(state(5), at: 6, announced: nil, isChecked: false)
        }
        #expect(try UploadProgress(state(5), at: 5, announced: nil, isChecked: false).offset == 5)
    }

    @Test func `More than the whole is refused, announced or not`() throws {
        #expect(throws: UploadError.tooLong(length: 10)) {
            try UploadProgress(state(4, of: 10), at: 4, announced: 7, isChecked: false)
        }
        var progress = try UploadProgress(state(4, of: 10), at: 4, announced: nil, isChecked: false)
        try progress.check(6)
        #expect(throws: UploadError.tooLong(length: 10)) { try progress.check(7) }
        _ = progress.wrote(6)
        #expect(throws: UploadError.tooLong(length: 10)) { try progress.check(1) }
        try progress.check(0)
    }

    @Test func `Bytes are made durable now and then, those with a checksum only as a whole`() throws {
        var progress = try UploadProgress(state(3), at: 3, announced: nil, isChecked: false)
        var isDue = progress.wrote(Int(UploadProgress.syncEvery) - 1)
        #expect(!isDue)
        isDue = progress.wrote(1)
        #expect(isDue)
        isDue = progress.wrote(1)
        #expect(!isDue)
        #expect(progress.ending(matches: nil) == .keep)
        var checked = try UploadProgress(state(3), at: 3, announced: nil, isChecked: true)
        isDue = checked.wrote(Int(UploadProgress.syncEvery) * 2)
        #expect(!isDue)
        #expect(checked.ending(matches: true) == .keep)
        #expect(checked.ending(matches: false) == .rollBack(to: 3))
        #expect(checked.ending(matches: nil) == .rollBack(to: 3))
    }
}
