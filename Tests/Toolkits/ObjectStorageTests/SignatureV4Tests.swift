import Testing

@testable import ObjectStorage

/// The examples of Amazon's own documentation ("Authenticating Requests: Using the Authorization Header").
@Suite("Signature Version 4")
struct SignatureV4Tests {
    private let signer = SignatureV4(
        credentials: S3Credentials(
            accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1")
    private static let host = ("host", "examplebucket.s3.amazonaws.com")
    private static let date = ("x-amz-date", "20130524T000000Z")
    private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private func signature(_ request: SignatureV4.Request) throws -> Substring {
        let value = try signer.authorization(request, date: "20130524T000000Z")
        return value.split(separator: "Signature=")[1]
    }

    @Test("an object by a range")
    func get() throws {
        let request = SignatureV4.Request(
            method: "GET", path: "/test.txt",
            fields: [Self.host, ("range", "bytes=0-9"), ("x-amz-content-sha256", Self.empty), Self.date],
            bodyDigest: Self.empty)
        #expect(try signature(request) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test("an object is written, with a name that must be escaped and fields in no order")
    func put() throws {
        let digest = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        let request = SignatureV4.Request(
            method: "PUT", path: "/test$file.text",
            fields: [
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"), Self.host, Self.date,
                ("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-content-sha256", digest),
            ], bodyDigest: digest)
        #expect(try signature(request) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }

    @Test("a question without a value")
    func lifecycle() throws {
        let request = SignatureV4.Request(
            method: "GET", path: "/", query: [("lifecycle", "")],
            fields: [Self.host, Self.date, ("x-amz-content-sha256", Self.empty)], bodyDigest: Self.empty)
        #expect(try signature(request) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    }

    @Test("a list, its questions in no order")
    func list() throws {
        let request = SignatureV4.Request(
            method: "GET", path: "/", query: [("prefix", "J"), ("max-keys", "2")],
            fields: [Self.host, Self.date, ("x-amz-content-sha256", Self.empty)], bodyDigest: Self.empty)
        #expect(try signature(request) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }

    @Test(
        "moments",
        arguments: [(1_369_353_600.9, "20130524T000000Z"), (951_782_399, "20000228T235959Z"), (0, "19700101T000000Z")])
    func dates(seconds: Double, text: String) {
        #expect(SignatureV4.date(seconds) == text)
    }
}

@Suite("Where a bucket is")
struct S3LocationTests {
    @Test("Amazon's own, with the bucket in the host")
    func amazon() throws {
        let location = try #require(S3Location("s3://media-files/stentor/eu?region=eu-central-1"))
        #expect(location.origin == "https://media-files.s3.eu-central-1.amazonaws.com")
        #expect(location.path("abc") == "/stentor/eu/abc")
    }

    @Test("another's, with the bucket in the path")
    func endpoint() throws {
        let location = try #require(S3Location("s3://media?endpoint=http://127.0.0.1:9000/"))
        #expect(location.origin == "http://127.0.0.1:9000" && location.host == "127.0.0.1:9000")
        #expect(location.path("abc") == "/media/abc" && location.region == "us-east-1")
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "s3://", "s3://ab", "http://media", "s3://media/../x", "s3://media?endpoint=ftp://x",
            "s3://media?endpoint=http://user:secret@host", "s3://media?other=1", "s3://media?region=a&region=b",
            "s3://media?endpoint=http://host/path", "s3://me dia",
        ])
    func refused(text: String) { #expect(S3Location(text) == nil) }
}

@Suite("What a store says")
struct S3AnswersTests {
    @Test("elements by their names, entities resolved once")
    func reads() {
        let text = "<R><Contents><Key>a&amp;lt;b</Key></Contents><Contents><Key>&#x41;&#66;</Key></Contents></R>"
        let answers = S3Answers(Array(text.utf8))
        #expect(answers.parts("Contents").map { $0.first("Key") } == ["a&lt;b", "AB"])
        #expect(answers.first("Nothing") == nil)
    }

    @Test(
        "broken texts are read as far as they go",
        arguments: ["<Key>", "<Key>a</Ke", "", "<Key>&", "&#xD800;", "<Key>&#xD800;</Key>", "<Key>&bogus;&</Key>"])
    func broken(text: String) {
        let answers = S3Answers(Array(text.utf8))
        #expect(answers.first("Key") == nil || answers.first("Key")?.contains("&") == true)
    }

    @Test(
        "moments of lists",
        arguments: [("2013-05-24T00:00:00.000Z", 1_369_353_600.0), ("2013-13-24T00:00:00Z", nil), ("x", nil)])
    func moments(text: String, seconds: Double?) { #expect(S3Client.seconds(text) == seconds) }
}
