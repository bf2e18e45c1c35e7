import Crypto
import MTProto
import Testing

struct CipherTests {
    private let cipher = OpenSSLCipher()

    @Test func `hashes of parts are those of the whole`() {
        let bytes = Array("The quick brown fox jumps over the lazy dog".utf8)
        let whole = cipher.sha1(bytes)
        #expect(whole[..<4] == [0x2f, 0xd4, 0xe1, 0xc6])
        #expect(cipher.sha1(Array(bytes[..<9]), Array(bytes[9...])) == whole)
        #expect(cipher.sha256(bytes[..<9], bytes[9...]) == cipher.sha256(bytes))
        #expect(cipher.sha256(bytes)[..<4] == [0xd7, 0xa8, 0xfb, 0xb3])
    }

    @Test func `numbers are raised, and primes told`() {
        #expect(cipher.power([3], [5], modulo: [7]) == [5])
        #expect(cipher.power([3], [5], modulo: [8]) == nil && cipher.power([3], [5], modulo: []) == nil)
        #expect(cipher.power([2], [1, 0], modulo: [1, 1]) == [0, 1])
        #expect(cipher.isPrime([0x7f, 0xff, 0xff, 0xff]) && !cipher.isPrime([0x7f, 0xff, 0xff, 0xfd]))
        #expect(!cipher.isPrime([]) && !cipher.isPrime([1]))
    }

    @Test func `a stream goes on where it ended`() {
        let key = [UInt8](0..<32)
        let iv = [UInt8](repeating: 0xff, count: 16)
        var whole = [UInt8](repeating: 0, count: 100)
        cipher.counterStream(key: key, iv: iv).apply(&whole, 0..<100)
        var parts = [UInt8](repeating: 0, count: 100)
        let stream = cipher.counterStream(key: key, iv: iv)
        for range in [0..<1, 1..<17, 17..<17, 17..<64, 64..<100] { stream.apply(&parts, range) }
        #expect(whole == parts && whole[..<16] != whole[16..<32])
    }

    @Test func `secrets are compared whole`() {
        #expect(cipher.areEqual([1, 2, 3][...], [0, 1, 2, 3][1...]) && !cipher.areEqual([1, 2][...], [1, 3][...]))
        #expect(!cipher.areEqual([1][...], [1, 2][...]) && cipher.areEqual([], []))
    }

    @Test func `gzip unpacks up to its limit`() {
        // "hello" 1,000 times.
        let packed: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 237, 196, 161, 13, 0, 0, 8, 3, 176, 107, 73, 38, 150, 240, 191, 227, 10,
            92, 43, 154, 105, 55, 146, 36, 73, 146, 36, 73, 146, 62, 59, 214, 170, 197, 146, 136, 19, 0, 0,
        ]
        let plain = Gzip.unpack(packed[...], limit: 5000)
        #expect(plain?.count == 5000 && plain?.prefix(5).elementsEqual("hello".utf8) == true)
        #expect(Gzip.unpack(packed[...], limit: 4999) == nil)
        #expect(Gzip.unpack(packed.dropLast(9), limit: 10_000) == nil)
        #expect(Gzip.unpack([1, 2, 3][...], limit: 10) == nil && Gzip.unpack([][...], limit: 10) == nil)
    }
}
