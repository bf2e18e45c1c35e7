public import Jobs
public import Uploads

/// What every store of uploads must do; each check throws what it found.
public enum UploadVaultConformance {
    public struct Breach: Error, CustomStringConvertible {
        public let description: String
    }

    public typealias Check = @Sendable (any UploadVault) async throws -> Void

    public static let all: [(name: String, check: Check)] = [
        ("a new upload stands at its beginning", begins),
        ("pieces follow each other", appends),
        ("what was rolled back is gone, and the next piece takes its place", rollsBack),
        ("what is removed is gone, also while it is written", removes),
        ("all uploads are listed", lists),
        ("only what is complete is a medium", refusesHalves),
    ]

    static func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw Breach(description: what) }
    }

    public static func record(length: Int64, owner: Owner = .local) -> UploadRecord {
        var generator = SystemRandomNumberGenerator()
        return UploadRecord(
            id: .random(using: &generator), owner: owner, name: "naïve \u{202e}.mp3", metadata: "filename bmE=",
            length: length, createdAt: 100)
    }

    static func begins(_ vault: any UploadVault) async throws {
        let record = record(length: 10)
        try await vault.create(record)
        let state = try await vault.state(record.id)
        try expect(state?.record == record, "an upload comes back different")
        try expect(state?.offset == 0, "a new upload is not empty")
        let other = try await vault.state(Self.record(length: 1).id)
        try expect(other == nil, "an upload that was never begun is there")
    }

    static func appends(_ vault: any UploadVault) async throws {
        let record = record(length: 10)
        try await vault.create(record)
        for (piece, offset) in [([UInt8](0..<4), 4), ([], 4), ([4], 5), ([5, 6, 7, 8, 9], 10)] as [([UInt8], Int64)] {
            let writer = try await vault.open(record.id)
            if !piece.isEmpty { try await writer.append(piece) }
            try await writer.commit()
            let state = try await vault.state(record.id)
            try expect(state?.offset == offset, "after a piece the upload stands at \(state?.offset ?? -1)")
        }
        let state = try await vault.state(record.id)
        try expect(state?.isComplete == true, "all bytes came and it is not complete")
    }

    static func rollsBack(_ vault: any UploadVault) async throws {
        let record = record(length: 10)
        try await vault.create(record)
        let writer = try await vault.open(record.id)
        try await writer.append([1, 2, 3])
        try await writer.commit()
        try await writer.append([9, 9, 9])
        try await writer.rollBack(to: 3)
        let state = try await vault.state(record.id)
        try expect(state?.offset == 3, "it stands at \(state?.offset ?? -1) after being rolled back to 3")
        try await writer.append([4])
        try await writer.commit()
        let after = try await vault.state(record.id)
        try expect(after?.offset == 4, "a piece after a roll-back ends at \(after?.offset ?? -1)")
    }

    static func removes(_ vault: any UploadVault) async throws {
        let record = record(length: 10)
        try await vault.create(record)
        try await vault.remove(record.id)
        try await vault.remove(record.id)
        let state = try await vault.state(record.id)
        try expect(state == nil, "a removed upload is there")
        do {
            _ = try await vault.open(record.id)
            throw Breach(description: "a removed upload can be written to")
        } catch UploadError.notFound {}
    }

    static func lists(_ vault: any UploadVault) async throws {
        let records = (1...3).map { record(length: $0) }
        for record in records { try await vault.create(record) }
        let listed = try await vault.states()
        try expect(Set(listed.map(\.record)) == Set(records), "the list has \(listed.count) of 3 uploads")
    }

    static func refusesHalves(_ vault: any UploadVault) async throws {
        let record = record(length: 2)
        try await vault.create(record)
        do {
            _ = try await vault.medium(record.id)
            throw Breach(description: "half an upload is a medium")
        } catch UploadError.incomplete {}
        do {
            _ = try await vault.medium(Self.record(length: 1).id)
            throw Breach(description: "an upload that was never begun is a medium")
        } catch UploadError.notFound {}
    }
}
