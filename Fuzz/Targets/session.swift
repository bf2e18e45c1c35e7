@testable import MTProto

/// A cipher that changes nothing, so that the fuzzer sees through it.
private struct NoCipher: Cipher {
    final class NoStream: CounterStream {
        func apply(_ bytes: inout [UInt8], _ range: Range<Int>) {}
    }

    private func mix(_ bytes: some Sequence<UInt8>, _ count: Int) -> [UInt8] {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64($0 % 8 * 8)) }
    }

    func sha1(_ parts: [UInt8]...) -> [UInt8] { mix(parts.joined(), 20) }
    func sha256(_ prefix: ArraySlice<UInt8>, _ bytes: ArraySlice<UInt8>) -> [UInt8] { mix(prefix + bytes, 32) }
    func encryptIGE(_ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8]) {}
    func decryptIGE(_ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8]) {}
    func counterStream(key: [UInt8], iv: [UInt8]) -> any CounterStream { NoStream() }
    func power(_ base: [UInt8], _ exponent: [UInt8], modulo modulus: [UInt8]) -> [UInt8]? { nil }
    func isPrime(_ number: [UInt8]) -> Bool { false }
    func areEqual(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool { a.elementsEqual(b) }
    func gunzip(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        // Bytes that stand for themselves: what is unpacked is looked at too.
        bytes.count <= limit ? Array(bytes) : nil
    }
}

private let now = 1_700_000_000.0
private let agreement = KeyAgreement(
    key: AuthKey([UInt8](repeating: 1, count: 256), NoCipher()), salt: 1, clockOffset: 0)

/// The input is bodies of messages, each with a byte before it that says how long it is in words; whatever they say, the
/// session neither traps nor promises an answer nobody asked for, and what it sends can be read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    let random: RandomBytes = { [UInt8](repeating: 3, count: $0) }
    var session = Session(agreement, introduction: [1, 2, 3, 4], cipher: NoCipher(), random: random, now: now)
    let server = PacketCipher(agreement.key, side: .server, cipher: NoCipher())
    var open = Set([session.ask([5, 5, 5, 5]), session.ask([6, 6, 6, 6])])
    var number = Int64(now * 4_294_967_296) | 1
    var start = 0
    while start < input.count {
        let words = Int(input[start] & 0x3f) + 1
        let isOdd = input[start] & 0x40 != 0
        let body = Array(input[(start + 1)..<min(input.count, start + 1 + 4 * words)])
        start += 1 + 4 * words
        let padded = body + [UInt8](repeating: 0, count: 4 * words - body.count)
        number += 4
        for packet in session.packets(now: now) {
            var packet = packet
            guard let opened = try? server.open(&packet) else { fatalError("a packet the server cannot read") }
            precondition(opened.header.id % 4 == 0, "a number no client may use")
        }
        let header = MessageHeader(salt: 1, session: session.id, id: number, sequence: isOdd ? 1 : 0)
        var packet = server.seal(header, padded, random)
        do {
            for event in try session.receive(&packet, now: now) {
                switch event {
                case .answered(let id, _), .failed(let id, _):
                    precondition(open.remove(id) != nil, "an answer to nothing")
                default: break
                }
            }
        } catch {
            return 0
        }
    }
    // Parts of answers that are read one by one.
    let reader = TLReader(input)
    _ = try? FilePart(reader)
    _ = try? ServerConfig(reader)
    _ = try? SentMessage(reader, known: 5)
    _ = try? ExportedAuthorization(reader)
    return 0
}
