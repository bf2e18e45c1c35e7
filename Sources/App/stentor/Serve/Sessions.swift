import API
import Accounts
import Crypto
import FoundationEssentials
import HTTPRouting
import HTTPTypes
import Jobs
import Streaming
import WebUI

/// Sessions of the page: a cookie says whose it is and until when, signed, so that nothing is kept for it. Whether the
/// key behind it is still one of the server's is asked with every request.
struct Sessions: SessionOffice {
    let keys: KeyRing
    let signer: LinkKeys
    let clock: SystemClock

    var needsKey: Bool { !keys.isEmpty }
    var lifetime: Int { 30 * 86_400 }

    func open(key: String) async throws -> String? {
        guard let principal = try keys.principal(key: key) else { return nil }
        let name = String(principal.owner.text.dropFirst("key:".count))
        let body = "\(Int(clock.now().wall) + lifetime).\(name)"
        guard let mark = signature(of: body) else { return nil }
        return "\(body).\(mark)"
    }

    /// Who shows a session that still holds.
    func principal(of request: HTTPRequest) -> Principal? {
        guard let value = SessionCookie.value(of: request) else { return nil }
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let end = Int(parts[0]), Double(end) > clock.now().wall,
            let mark = signature(of: "\(parts[0]).\(parts[1])"),
            ConstantTime.equal(Array(mark.utf8), Array(parts[2].utf8))
        else { return nil }
        return keys.principal(named: Owner("key:\(parts[1])"))
    }

    private func signature(of body: String) -> String? {
        // Links are signed with the same keys: what is signed says what it is.
        let message = Array("stentor session\n\(body)".utf8)
        return signer.signature(of: message, key: signer.currentKey)?
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
