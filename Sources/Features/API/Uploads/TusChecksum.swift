import Crypto
import EventLoops
import HTTPRouting
import HTTPTypes
import Uploads

/// `Upload-Checksum: sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=`, computed while the piece arrives.
struct TusChecksum: PieceChecksum {
    static let algorithms = Checksum.Algorithm.allCases.map(\.rawValue).joined(separator: ",")

    private let expected: [UInt8]
    /// `nil` once the library has failed: then nothing matches.
    private let running: Guarded<Checksum?>

    /// `nil` for a piece that comes without one.
    init?(_ request: HTTPRequest) throws(HTTPError) {
        guard let text = request.fields[Tus.checksum] else { return nil }
        let parts = text.split(separator: " ")
        guard parts.count == 2, let algorithm = Checksum.Algorithm(rawValue: parts[0].lowercased()),
            let expected = Base64.decode(parts[1])
        else {
            throw ErrorTable.http(
                .badRequest, "bad_checksum", "Upload-Checksum is one of \(Self.algorithms) with a digest in Base64.")
        }
        self.expected = expected
        running = Guarded(try? Checksum(algorithm))
    }

    func update(_ bytes: [UInt8]) {
        running.withLock { checksum in
            do { try checksum?.update(bytes) } catch { checksum = nil }
        }
    }

    func matches() -> Bool {
        running.withLock { (try? $0?.finish()) == expected }
    }
}
