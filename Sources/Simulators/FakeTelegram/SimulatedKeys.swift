import Crypto
import FoundationEssentials
public import MTProto

/// The key pairs of the simulated data centres. They are no secrets: whoever trusts them talks to a simulator.
public struct SimulatedKey: Sendable {
    public let publicKey: RSAPublicKey
    private let secret: [UInt8]

    private init?(modulus: String, secret: String) {
        guard let key = RSAPublicKey(modulus: Self.bytes(modulus), exponent: [1, 0, 1]) else { return nil }
        publicKey = key
        self.secret = Self.bytes(secret)
    }

    /// The raw operation on 256 bytes.
    func decrypt(_ block: [UInt8]) -> [UInt8]? {
        OpenSSLCipher().power(block, secret, modulo: publicKey.modulus)
    }

    /// As PKCS #1 in PEM.
    public var pem: String {
        let modulus = [0x02, 0x82, 0x01, 0x01, 0x00] + publicKey.modulus
        let sequence = modulus + [0x02, 0x03, 0x01, 0x00, 0x01]
        let der = [0x30, 0x82, UInt8(sequence.count >> 8), UInt8(sequence.count & 255)] + sequence
        let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN RSA PUBLIC KEY-----\n\(text)\n-----END RSA PUBLIC KEY-----\n"
    }

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// One for data centres of even number, one for the others.
    static func key(of dataCentre: Int) -> SimulatedKey? {
        dataCentre % 2 == 0 ? even : odd
    }

    private static let even = SimulatedKey(
        modulus: """
            bd9e5b5f8bf3634d16ac7ad4fd7b965cccfda1cfc4a63eddecd1f267362cefbdfb226f50e38014f51eaebfdc3cf022d2d5f1
            5a34620417091993c5ba73d262fff43f84aa286cad72452c848983ce90bbbafa487d319b159174644ef6f586b14feb2c827d
            330d0c10965ef16d0e363614c9e6f4504d00f01f83659c28937497fb97a6498747b98b85128b7c7ca904328aafce619c3c76
            28be12d8d50dc04a1b99802eaf07d838f8cdbdef30d9b9dff954cca5e7e4cf496935ac0d1d99ef10f93242f3c45ed35fa822
            8d813f8355378a263b6bc8d04972bde8295ddd10563ad8bd4e6dbbf02fcb701880a7c3457caa087613c5d7e398f578efe7ae
            c77aee483fd3
            """,
        secret: """
            064bbbbcf068a4636add4f36c333d74a3d842e5b37ac4d6a10f2e79985b2f842d693ce1e616f5f42c442091cc6e9323ecddb
            b5a3079e1b25b233b5dcfafb814dfe4e1d9988be13043847c21ecec18d0caea8a0bf87661ed1358c1f131413e4cf427fb7d5
            705c7e8a0e7418900668c662ea5140cb69c31e35eda6f20866dcf82ed3b3f1175c7bceae189ef141284d45e50a1272228b13
            4afff5e0f4499f3a8d76ad016013dd35634fc2d799fe3f9b464f573f2e1e0b02a4cd9f5cbdaf90bca8f08d1e7d06e7e9573c
            ef9f734aa361f03e639e64e542bcb209c280bc462e712d90ad439127a8514784322a7a241499532bbcb05f84fd2afbf0fd8b
            9bb88cfef1
            """)

    private static let odd = SimulatedKey(
        modulus: """
            aab1a44963017d280c71c9f7766e1fd93a37f5cc96de7498688e997edcbd7e58a60314c7c509a97fe604732d3442dc893c12
            f7998830401cd23d9631b091033bc243f5364a0e887d92d87b881240d099022e167e3841a911376d94f9b269b46ce5b26c60
            8aeed6a4c080bd2ddd401d2e163899aa002d20d021eb8edecc47c57f743b2020c760212105b3878f9ba43c21cbe736b42ae5
            2539202198cf04858edd755cda871caa190bd0d0d2fba3fb93c130fd3f4381b9f0c9d861425f812ff65094e310a3a4bbf647
            436a19fc9af80abd8dc95cd33d11b71e86691cd500d3e8b6c7872390ff1d2858edb694249b3989fc6c912c7fe847db119e9c
            9298b1cf3339
            """,
        secret: """
            1aa78a6722a1e10ddd179db959fc80abac06d6080b1d14beec962bf6494e5689a2eed892b366e5598157d0e123b28c7bea43
            6f4cec7280687514c491e0d25c30bb8eb4c95ea4c8aa8c963d2ab692f9753ddd12dfc5e021a051c94d04a02d6d2268cc9a56
            346119bd235f01c0ef8b95f83ee4656bcc583fb1fb4201e43253c377f8afa0eaf88dcd2a643e07c44d66ced40f8af87295f6
            1504532854f6608bddd94b1595906919c2747456c6033662b05e90d91411f065b655f09c20ec58d31d55b50800c028eca381
            cf235a40e2c3978b8e14746f4df6efceeb75b66ccc04097155cedf2fb9222695209e55f0fba94af7e249681f31ea3be71148
            320566d55823
            """)

}

/// What to trust in tests.
public enum SimulatedKeys {
    public static var pem: String { [2, 1].compactMap { SimulatedKey.key(of: $0)?.pem }.joined() }
}
