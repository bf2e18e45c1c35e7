import Crypto
import FoundationEssentials
import HTTPRanges
import HTTPRouting
import HTTPTypes

/// The files of the page, compiled in. Their address holds a hash over all of them, so that browsers keep them for ever.
struct PageAssets: Sendable {
    struct Damaged: Error, CustomStringConvertible {
        let description = "the files of the page cannot be unpacked; build the server anew"
    }

    private struct Asset {
        let plain: Representation
        let compressed: Representation
    }

    private let assets: [String: Asset]
    private let html: Asset

    init() throws {
        var assets: [String: Asset] = [:]
        for file in EmbeddedAssets.files {
            assets[file.name] = try Self.asset(file)
        }
        guard let html = assets.removeValue(forKey: "index.html") else { throw Damaged() }
        self.assets = assets
        self.html = html
    }

    private static func asset(_ file: EmbeddedAssets.File) throws -> Asset {
        guard let packed = Data(base64Encoded: file.gzip),
            let bytes = Gzip.unpack([UInt8](packed)[...], limit: file.bytes)
        else {
            throw Damaged()
        }
        let isPage = file.name == "index.html"
        var fields: HTTPFields = isPage ? pageFields : [.cacheControl: "public, max-age=31536000, immutable"]
        fields[HTTPFieldName("X-Content-Type-Options")] = "nosniff"
        fields[.vary] = "Accept-Encoding"
        let type = type(of: file.name)
        let tag = "\(EmbeddedAssets.hash)-\(file.name)"
        let plain = Representation(MemorySource(bytes), contentType: type, eTag: EntityTag(tag), fields: fields)
        fields[.contentEncoding] = "gzip"
        let compressed = Representation(
            MemorySource([UInt8](packed)), contentType: type, eTag: EntityTag(tag + "-gzip"), fields: fields)
        return Asset(plain: plain, compressed: compressed)
    }

    private static func type(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }

    private static let pageFields: HTTPFields = [
        .cacheControl: "no-cache",
        HTTPFieldName("Content-Security-Policy"):
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types 'none'",
        HTTPFieldName("Referrer-Policy"): "no-referrer",
        HTTPFieldName("Permissions-Policy"): "microphone=(self), camera=(), geolocation=(), payment=()",
        HTTPFieldName("Cross-Origin-Opener-Policy"): "same-origin", HTTPFieldName("X-Robots-Tag"): "noindex",
    ]

    func page(_ request: HTTPRequest) -> HTTPResponse { Self.response(html, request) }

    func response(to request: HTTPRequest, hash: String, name: String) throws -> HTTPResponse {
        guard hash == EmbeddedAssets.hash, let asset = assets[name] else {
            throw PageError.http(.notFound, "not_found", "There is nothing at this address.")
        }
        return Self.response(asset, request)
    }

    private static func response(_ asset: Asset, _ request: HTTPRequest) -> HTTPResponse {
        let accepted = request.fields.list(of: .acceptEncoding).contains { element in
            let parts = element.split(separator: ";")
            let isRefused = parts.dropFirst().contains { $0.filter { $0 != " " }.hasPrefix("q=0") && !$0.contains(".") }
            return (parts.first?.isToken("gzip") ?? false) && !isRefused
        }
        return (accepted ? asset.compressed : asset.plain).response(to: request)
    }
}
