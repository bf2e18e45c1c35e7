@testable import MTProto

/// Whatever is given as the name of a file is either refused or can be written and read again; the same for keys in PEM.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    for text in [String(decoding: bytes, as: UTF8.self), Base64.encodeForAddress(bytes + [34, 4])] {
        guard let id = FileID(text) else { continue }
        precondition(FileID(id.text) == id, "a name that does not survive")
        _ = Call.getFile(id.location, offset: 0, limit: 1024, isPrecise: true)
    }
    precondition(ZeroRuns.expand(ZeroRuns.shorten(bytes)[...]) == bytes, "runs that do not survive")
    if let keys = RSAPublicKey.keys(pem: String(decoding: bytes, as: UTF8.self)) {
        precondition(keys.allSatisfy { $0.modulus.count == 256 }, "a key of another size")
    }
    _ = RSAPublicKey(der: bytes)
    return 0
}
