// swift-format-ignore-file
// Written by Scripts/embed_page.py from Assets/.

enum EmbeddedAssets {
    struct File {
        let name: String
        let bytes: Int
        let gzip: String
    }

    static let hash = "fea5fb80b76c97ff"
    static let files: [File] = [
        File(name: "index.html", bytes: 38, gzip: "H4sIAAAAAAACA7NRTMlPLqksSFXIKMnNsbMpySzJSbULLknNK8kvstGHcLkAibpRlyYAAAA="),
    ]
}
