import Diarization
import Jobs
import RosterStoreConformance
import Testing
import Transcription

@testable import VoiceRoster

@Suite("People who may be recognised")
struct RosterTests {
    private struct Clock: JobClock {
        func now() -> JobInstant { JobInstant(monotonic: 1, wall: 100) }
    }

    private struct Media: MediaSource {
        let descriptor: CInt = -1
        let extent = MediaExtent(available: 0, isComplete: true)
        func wait(forBytesBefore end: Int64) async throws -> MediaExtent { extent }
    }

    private struct Ears: VoiceEars {
        var heard: HeardVoice?
        var seconds = 10.0

        func voice(of clip: any MediaSource, longest: Double) async throws -> (voice: HeardVoice?, seconds: Double) {
            guard seconds <= longest else { throw DecodingError(.tooLong, "too long") }
            return (heard, seconds)
        }

        func voices(
            of media: any MediaSource, track: Int?, _ stretches: [String: [ClosedRange<Double>]]
        ) async throws -> [String: HeardVoice] { [:] }
    }

    private func print(_ direction: Int, _ other: Float = 0) -> [Float] {
        var print = [Float](repeating: 0, count: 256)
        print[direction] = 1
        print[direction + 1] = other
        return print.normalised
    }

    private func roster(_ ears: Ears = Ears()) -> Roster { Roster(MemoryRosterStore(), ears, clock: Clock()) }

    private func heard(_ direction: Int, _ other: Float = 0, seconds: Double = 5) -> HeardVoice {
        HeardVoice(print: print(direction, other), seconds: seconds)
    }

    private let owner = Owner("a")

    @Test(arguments: RosterStoreConformance.all.map(\.name))
    func `the store in memory keeps the promises of the port`(name: String) async throws {
        let check = try #require(RosterStoreConformance.all.first { $0.name == name }?.check)
        try await check(MemoryRosterStore())
    }

    @Test func `nobody is listed without a consent that says who and what`() throws {
        let roster = roster()
        for (by, words) in [("", "yes"), ("me", ""), ("me", "  "), (String(repeating: "x", count: 501), "yes")] {
            #expect(throws: RosterRefusal.noConsent) { try roster.check(name: "Ana", by: by, words: words) }
        }
        for name in ["", String(repeating: "x", count: 81), "SPEAKER_00"] {
            #expect(throws: RosterRefusal.badName) { try roster.check(name: name, by: "me", words: "yes") }
        }
        let consent = try roster.check(name: "Ana", by: "me", words: "yes")
        #expect(consent == .init(by: "me", at: 100, words: "yes"))
    }

    @Test func `a tenth of a second, silence and more than ten minutes are refused`() async throws {
        let consent = RosteredVoice.Consent(by: "me", at: 1, words: "yes")
        for (ears, refusal) in [
            (Ears(heard: heard(0, seconds: 0.1), seconds: 0.1), RosterRefusal.tooShort), (Ears(), .silent),
            (Ears(heard: heard(0), seconds: 601), .tooLong),
        ] {
            await #expect(throws: refusal) {
                try await roster(ears).enrol("Ana", consent, clip: Media(), owner: owner)
            }
        }
        let taken = roster(Ears(heard: heard(0), seconds: 600))
        #expect(try await taken.enrol("Ana", consent, clip: Media(), owner: owner).seconds == 5)
    }

    @Test func `two people with one voice are refused, one person with two clips is not`() async throws {
        let roster = roster()
        let consent = RosteredVoice.Consent(by: "me", at: 1, words: "yes")
        _ = try await roster.enrol("Ana", consent, heard: heard(0), owner: owner)
        await #expect(throws: RosterStoreError.refused(.sameVoice)) {
            try await roster.enrol("Ben", consent, heard: heard(0, 0.01), owner: owner)
        }
        _ = try await roster.enrol("Ana", consent, heard: heard(0, 0.01), owner: owner)
        // Another owner's list is another list.
        _ = try await roster.enrol("Ben", consent, heard: heard(0), owner: Owner("b"))
    }

    @Test func `each name is given once, to the most similar, and strangers stay unknown`() async throws {
        let roster = roster()
        let consent = RosteredVoice.Consent(by: "me", at: 1, words: "yes")
        _ = try await roster.enrol("Ana", consent, heard: heard(0), owner: owner)
        _ = try await roster.enrol("Ben", consent, heard: heard(10), owner: owner)
        let found = try await roster.recognise(
            [
                "SPEAKER_00": heard(0, 0.5), "SPEAKER_01": heard(0, 0.1), "SPEAKER_02": heard(20),
                "SPEAKER_03": heard(10, seconds: 0.5),
            ], owner: owner)
        #expect(found.mapValues(\.name) == ["SPEAKER_01": "Ana"])
        #expect(try await roster.recognise(["SPEAKER_00": heard(0)], owner: Owner("b")).isEmpty)
    }

    @Test func `a list has an end`() async throws {
        let roster = roster()
        let consent = RosteredVoice.Consent(by: "me", at: 1, words: "yes")
        for number in 0..<Roster.most {
            _ = try await roster.enrol("P\(number)", consent, heard: heard(number * 2), owner: owner)
        }
        await #expect(throws: RosterStoreError.refused(.full)) {
            try await roster.enrol("Q", consent, heard: heard(250), owner: owner)
        }
    }
}
