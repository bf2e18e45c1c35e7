import EventLoops
import HTTPClient
import Jobs
import MediaStores
import Scheduling
import Testing
import Transcription
import WebMedia
import Workbench

@Suite("Media from the web")
struct WebFetcherTests {
    private static func fetcher(_ loop: EventLoop) throws -> (WebFetcher, HTTPClient) {
        let client = try HTTPClient(on: loop)
        return (WebFetcher(client, limits: .init(bytes: 1 << 20, seconds: 5)), client)
    }

    @Test(
        "what is no web address is refused before anything is sent",
        arguments: [
            "", "file:///etc/passwd", "ftp://example.org/a", "example.org/a", "http//x", "http://a b/", "http://é/",
            "javascript:alert(1)", "http://a\r\nHost: b/", "http://" + String(repeating: "a", count: 5000),
        ])
    func malformed(address: String) async throws {
        let loop = try EventLoop(name: "web")
        let (fetcher, client) = try Self.fetcher(loop)
        #expect(throws: JobFailure.self) { try fetcher.check(address) }
        await client.shutDown()
        await loop.shutDown()
    }

    @Test(
        "machines that are not public are refused for good, with nothing taken in",
        arguments: [
            "http://127.0.0.1:9/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/", "http://10.0.0.1/",
        ])
    func privateAddresses(address: String) async throws {
        let bench = try Workbench()
        let vault = try FolderVault(folder: bench.path("m"), maximumBytes: 1 << 20, reserve: 0)
        let intake = try await vault.receive()
        let loop = try EventLoop(name: "web")
        let (fetcher, client) = try Self.fetcher(loop)
        try fetcher.check(address)
        let failure = await #expect(throws: JobFailure.self) { try await fetcher.fetch(address, into: intake) }
        #expect(failure?.code == "refused_address" && failure?.kind == .permanent)
        #expect(intake.extent.available == 0)
        await client.shutDown()
        await loop.shutDown()
    }
}
