import FoundationEssentials
import Testing

@testable import WebUI

/// The page's words, as they are compiled in.
@Suite struct WordsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Sources/Features/WebUI/Assets").standardized

    private static func words(_ language: String) throws -> [String: String] {
        let data = try Data(contentsOf: folder.appending(path: "text/\(language).json"))
        return try JSONDecoder().decode([String: String].self, from: data)
    }

    /// `{name}` in a text.
    private static func places(_ text: String) -> Set<Substring> {
        Set(text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().map { $0.prefix { $0 != "}" } })
    }

    @Test(arguments: ["id", "pt"])
    func `every language has the same words with the same places`(language: String) throws {
        let (english, other) = (try Self.words("en"), try Self.words(language))
        #expect(Set(english.keys).symmetricDifference(other.keys).isEmpty)
        for (key, text) in other {
            #expect(!text.isEmpty)
            #expect(Self.places(text) == Self.places(english[key] ?? ""), "\(key) in \(language)")
        }
    }

    @Test func `every word that the scripts use is there`() throws {
        let known = try Self.words("en")
        let plurals = Set(known.keys.compactMap { $0.hasSuffix(".other") ? String($0.dropLast(6)) : nil })
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        for name in names where name.hasSuffix(".js") || name.hasSuffix(".html") {
            let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            let marks = name.hasSuffix(".js") ? ["t(\""] : ["data-t=\"", "data-t-label=\""]
            for mark in marks {
                for piece in text.pieces(behind: mark) {
                    let key = String(piece.prefix { $0 != "\"" })
                    // What is put together has its beginning here and its ends elsewhere.
                    let isBeginning = key.hasSuffix(".") && known.keys.contains { $0.hasPrefix(key) }
                    #expect(known[key] != nil || plurals.contains(key) || isBeginning, "\(key) in \(name)")
                }
            }
        }
    }
}

extension String {
    /// What follows each call that begins so: other functions' names may end alike.
    fileprivate func pieces(behind mark: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = self[...]
        while let found = rest.firstRange(of: mark) {
            let before = found.lowerBound > startIndex ? self[index(before: found.lowerBound)] : " "
            rest = rest[found.upperBound...]
            if !before.isLetter, before != "." { pieces.append(rest) }
        }
        return pieces
    }
}
