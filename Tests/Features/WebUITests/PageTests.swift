import HTTPTypes
import Jobs
import Telemetry
import Testing

@testable import WebUI

@Suite struct SessionCookieTests {
    private func request(_ method: HTTPMethod, _ fields: HTTPFields) -> HTTPRequest {
        var request = HTTPRequest(method: method, path: "/ui/jobs", fields: fields)
        request.authority = "stentor.example:8511"
        return request
    }

    @Test(arguments: [
        ("stentor_session=abc", "abc"), ("a=b; stentor_session=abc; c=d", "abc"), ("stentor_session=a=b", "a=b"),
    ])
    func `The cookie is found among others`(field: String, value: String) {
        #expect(SessionCookie.value(of: request(.get, [.cookie: field])) == value)
    }

    @Test(arguments: ["", "stentor_session", "stentor_session=", "xstentor_session=abc", "stentor_session2=abc"])
    func `Nothing else is one`(field: String) {
        #expect(SessionCookie.value(of: request(.get, [.cookie: field])) == nil)
    }

    @Test func `What changes something must come from our own page`() {
        let own: [HTTPFields] = [
            [.secFetchSite: "same-origin"], [.origin: "http://stentor.example:8511"],
            [.origin: "https://STENTOR.example:8511"],
        ]
        let foreign: [HTTPFields] = [
            [:], [.secFetchSite: "same-site"], [.secFetchSite: "cross-site"], [.secFetchSite: "none"],
            [.origin: "null"], [.origin: "http://stentor.example"],
            [.origin: "http://evil.example/stentor.example:8511"],
            [.origin: "http://stentor.example:8511", .secFetchSite: "cross-site"],
        ]
        for fields in own { #expect(SessionCookie.comesFromOurPage(request(.post, fields)), "\(fields)") }
        for fields in foreign { #expect(!SessionCookie.comesFromOurPage(request(.delete, fields)), "\(fields)") }
        #expect(SessionCookie.comesFromOurPage(request(.get, [:])))
        #expect(!SessionCookie.comesFromOurPage(request(.get, [.upgrade: "websocket"])))
    }

    @Test func `A cookie is for the server alone, and for encrypted ways where there is one`() {
        let text = SessionCookie.text("v", seconds: 60, isSecure: true)
        #expect(text == "stentor_session=v; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure")
        #expect(!SessionCookie.text("v", seconds: 60, isSecure: false).contains("Secure"))
    }
}

@Suite struct MediaSnifferTests {
    @Test(arguments: [
        ("RIFF\u{1}\u{1}\u{1}\u{1}WAVEfmt ", "audio/wav"), ("OggS\u{1}", "audio/ogg"), ("fLaC", "audio/flac"),
        ("ID3\u{3}", "audio/mpeg"), ("\u{1}\u{1}\u{1}\u{1}ftypM4A ", "audio/mp4"),
        ("\u{1}\u{1}\u{1}\u{1}ftypisom", "video/mp4"), ("#!AMR\n", "audio/amr"),
        ("<!doctype html><script>", "application/octet-stream"), ("<svg xmlns=", "application/octet-stream"),
        ("", "application/octet-stream"), ("RIFF", "application/octet-stream"),
        ("%PDF-1.7", "application/octet-stream"),
    ])
    func `A medium is what it begins with, and nothing else is shown`(start: String, type: String) {
        #expect(MediaSniffer.type(of: Array(start.utf8)) == type)
    }

    @Test func `Frames without a head`() {
        #expect(MediaSniffer.type(of: [0xff, 0xfb, 0x90]) == "audio/mpeg")
        #expect(MediaSniffer.type(of: [0xff, 0xf1, 0x50]) == "audio/aac")
        #expect(MediaSniffer.type(of: [0x1a, 0x45, 0xdf, 0xa3]) == "video/webm")
        #expect(MediaSniffer.type(of: [0xff]) == "application/octet-stream")
    }
}

@Suite struct RecentLogTests {
    private struct StandingClock: JobClock {
        func now() -> JobInstant { JobInstant(monotonic: 0, wall: 5) }
    }

    @Test func `The last events are there in their order, requests that went well are not`() {
        let log = RecentLog(before: NoLog(), level: .info, clock: StandingClock())
        log.note(LogEvent(.debug, "quiet"))
        log.note(LogEvent(.info, "request"))
        log.note(LogEvent(.warning, "request"))
        for number in 0..<700 { log.note(LogEvent(.info, "event", ["n": .whole(number)])) }
        let lines = log.lines(after: 0)
        #expect(lines.count == 500 && lines.first?.fields == ["n=200"] && lines.last?.fields == ["n=699"])
        #expect(lines.map(\.number) == lines.map(\.number).sorted())
        #expect(log.lines(after: lines[498].number).count == 1)
        log.note(LogEvent(.info, "long", ["text": .text(String(repeating: "x", count: 10_000))]))
        #expect(log.lines(after: 0).last.map { ($0.fields.first?.count ?? 0) < 300 } == true)
    }
}

@Suite struct PageAssetsTests {
    @Test func `Every file that was compiled in can be unpacked, and the page names them all by the same hash`() throws
    {
        let assets = try PageAssets()
        var request = HTTPRequest(method: .get, path: "/", fields: [.acceptEncoding: "gzip;q=0, br"])
        #expect(assets.page(request).fields[.contentEncoding] == nil)
        request.fields[.acceptEncoding] = "br, gzip;q=0.5"
        #expect(assets.page(request).fields[.contentEncoding] == "gzip")
        for file in EmbeddedAssets.files where file.name != "index.html" {
            let response = try assets.response(to: request, hash: EmbeddedAssets.hash, name: file.name)
            #expect(response.status == .ok, "\(file.name)")
            #expect(response.fields[.cacheControl]?.contains("immutable") == true)
        }
        #expect(throws: HTTPError.self) { try assets.response(to: request, hash: "old", name: "app.js") }
        #expect(throws: HTTPError.self) { try assets.response(to: request, hash: EmbeddedAssets.hash, name: "../x") }
    }

    @Test(arguments: [
        ("talk.mp4", "talk.srt"), ("talk", "talk.srt"), (".hidden", ".hidden.srt"), ("v1.2 of it", "v1.2 of it.srt"),
        ("a.b.ogg", "a.b.srt"), ("end.", "end..srt"),
    ])
    func `A file to save is named after its medium`(name: String, file: String) {
        #expect(TranscriptHandlers.fileName(name, "srt") == file)
    }
}
