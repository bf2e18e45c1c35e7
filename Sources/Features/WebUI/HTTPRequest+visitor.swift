import Accounts
import HTTPRouting
import HTTPTypes

extension HTTPRequest {
    /// Who uses the page. Set by the door that every route stands behind.
    var visitor: Principal {
        get throws(HTTPError) {
            guard let visitor = attributes[Identity<Principal>.self] else {
                throw PageError.http(.unauthorized, "unauthorized", "Sign in with a key.")
            }
            return visitor
        }
    }

    /// Throws 403 unless an administrator asks.
    func refuseOthers() throws(HTTPError) {
        guard try visitor.isAdmin else {
            throw PageError.http(.forbidden, "forbidden", "Only an administrator's key may do this.")
        }
    }
}
