internal import COpenSSL
internal import Glibc

/// A certificate for `localhost` and 127.0.0.1 that signs itself, in two files that go with this object.
public final class TestCertificate: Sendable {
    public struct Failure: Error {}

    public let chainFile: String
    public let keyFile: String
    private let folder: String

    /// - Parameter serial: tells one certificate from another.
    public init(serial: Int = 1) throws {
        var template = Array("/tmp/stentor-certificate-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure() }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chainFile = folder + "/chain.pem"
        keyFile = folder + "/key.pem"
        try write(serial: serial)
    }

    /// Replaces both files by a new pair.
    public func renew(serial: Int) throws {
        try write(serial: serial)
    }

    deinit {
        unlink(chainFile)
        unlink(keyFile)
        rmdir(folder)
    }

    private func write(serial: Int) throws {
        guard let key = copenssl_generate_ec_key("P-256"), let certificate = X509_new() else { throw Failure() }
        defer {
            EVP_PKEY_free(key)
            X509_free(certificate)
        }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial)
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600)
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400)
        X509_set_pubkey(certificate, key)
        let name = X509_get_subject_name(certificate)
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, "localhost", -1, -1, 0)
        X509_set_issuer_name(certificate, name)
        if let names = X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1") {
            X509_add_ext(certificate, names, -1)
            X509_EXTENSION_free(names)
        }
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw Failure() }
        try save(chainFile) { PEM_write_X509($0, certificate) }
        try save(keyFile) { PEM_write_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private func save(_ path: String, _ body: (UnsafeMutablePointer<FILE>) -> Int32) throws {
        guard let file = fopen(path, "w") else { throw Failure() }
        defer { fclose(file) }
        guard body(file) == 1 else { throw Failure() }
    }
}
