import Crypto
import Testing

struct SealedBoxTests {
    private let key = [UInt8](0..<32)

    @Test(arguments: [0, 1, 16, 1000])
    func `what was sealed opens with its key alone`(_ count: Int) throws {
        let plain = [UInt8](repeating: 7, count: count)
        let box = try SealedBox.seal(plain, key: key)
        #expect(SealedBox.open(box, key: key) == plain)
        #expect(SealedBox.open(box, key: key.reversed()) == nil)
        #expect(try SealedBox.seal(plain, key: key) != box, "never the same twice")
        for index in box.indices {
            var changed = box
            changed[index] ^= 1
            #expect(SealedBox.open(changed, key: key) == nil)
        }
        #expect(SealedBox.open(Array(box.dropLast()), key: key) == nil && SealedBox.open([], key: key) == nil)
    }
}
