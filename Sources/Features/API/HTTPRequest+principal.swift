import Accounts
import HTTPRouting
import HTTPTypes

extension HTTPRequest {
    /// Set by the authentication that every route stands behind.
    var principal: Principal {
        get throws(HTTPError) {
            guard let principal = attributes[Identity<Principal>.self] else {
                throw HTTPError(.unauthorized, "send a valid key, as Authorization: Bearer")
            }
            return principal
        }
    }

    /// Throws 403 unless an administrator asks.
    func refuseOthers() throws(HTTPError) {
        guard try principal.isAdmin else {
            throw ErrorTable.http(.forbidden, "forbidden", "Only an administrator's key may do this.")
        }
    }
}
