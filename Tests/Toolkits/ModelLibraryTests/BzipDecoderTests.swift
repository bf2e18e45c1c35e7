import Testing

@testable import ModelLibrary

@Suite("bzip2")
struct BzipDecoderTests {
    private func decoded(_ input: [UInt8], pieces: Int = 1_000) throws -> [UInt8] {
        let decoder = try BzipDecoder()
        var output: [UInt8] = []
        for start in stride(from: 0, to: input.count, by: pieces) {
            try decoder.decode(Array(input[start..<min(start + pieces, input.count)])) { output += $0 }
        }
        try decoder.finish()
        return output
    }

    @Test("streams come back whole in any pieces, several in a row too", arguments: [1, 100, 1 << 20])
    func roundTrip(pieces: Int) throws {
        let (first, second) = (noise(300_000), [UInt8](repeating: 65, count: 2_000_000))
        #expect(try decoded(compressed(first) + compressed(second), pieces: pieces) == first + second)
        #expect(try decoded(compressed([]), pieces: pieces) == [])
    }

    @Test("a stream that is cut is an error wherever the cut is")
    func cut() throws {
        let whole = compressed(noise(2_000))
        for length in stride(from: 1, to: whole.count, by: 97) {
            #expect(throws: ArchiveError(.truncated)) { try decoded(Array(whole.prefix(length))) }
        }
    }

    @Test("what is not bzip2, or damaged, is told apart")
    func damaged() throws {
        #expect(throws: ArchiveError(.notCompressed)) { try decoded(Array("PK\u{3}\u{4} a zip file".utf8)) }
        #expect(throws: ArchiveError(.notCompressed)) { try decoded(compressed([1]) + [1, 2, 3, 4, 5]) }
        var bytes = compressed(noise(5_000))
        bytes[bytes.count / 2] ^= 0x10
        #expect(throws: ArchiveError(.damagedCompression)) { try decoded(bytes) }
    }
}
