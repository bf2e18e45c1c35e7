/// Tells from the names of files what model they make.
struct KindDetection: Hashable {
    var kind: ModelKind
    /// Paths as they were given.
    var files: [FileRole: String]

    /// The model that the files make, or `nil`. Where a file comes both whole and quantised to int8, the latter is
    /// taken: half the memory and faster on a CPU, with hardly a difference in what is heard.
    static func detect(_ paths: [String]) -> KindDetection? {
        let onnx = paths.filter { $0.hasSuffix(".onnx") }
        let tokens = best(paths.filter { baseName($0) == "tokens.txt" || $0.hasSuffix("-tokens.txt") })
        func pick(_ matches: (String) -> Bool) -> String? { best(onnx.filter { matches(stem($0)) }) }

        let moonshine: [FileRole: String?] = [
            .preprocessor: pick { $0 == "preprocess" }, .encoder: pick { $0 == "encode" },
            .uncachedDecoder: pick { $0 == "uncached_decode" }, .cachedDecoder: pick { $0 == "cached_decode" },
            .tokens: tokens,
        ]
        if let found = complete(.moonshine, moonshine) { return found }
        let parts: [FileRole: String?] = [
            .encoder: pick { $0.contains("encoder") }, .decoder: pick { $0.contains("decoder") },
            .joiner: pick { $0.contains("joiner") }, .tokens: tokens,
        ]
        if let found = complete(.transducer, parts) ?? complete(.whisperONNX, parts) { return found }
        if let found = complete(.senseVoice, [.model: pick { $0.hasPrefix("model") }, .tokens: tokens]) {
            return found
        }
        if let file = best(paths.filter { $0.hasSuffix(".bin") && baseName($0).contains("ggml") }) {
            return KindDetection(kind: .whisperGGML, files: [.model: file])
        }
        return single(onnx)
    }

    /// The model of one kind that the files make, when the kind is known already.
    static func detect(_ paths: [String], as kind: ModelKind) -> KindDetection? {
        if let found = detect(paths), found.kind == kind { return found }
        guard kind.roles == [.model] else { return nil }
        let ending = kind == .whisperGGML ? ".bin" : ".onnx"
        return best(paths.filter { $0.hasSuffix(ending) }).map { KindDetection(kind: kind, files: [.model: $0]) }
    }

    /// Models of one file are told by what their publishers call them.
    private static func single(_ onnx: [String]) -> KindDetection? {
        let words: [(ModelKind, [String])] = [
            (.voiceActivity, ["silero_vad", "silero-vad"]),
            (.segmentation, ["segmentation"]),
            (.speakerEmbedding, ["speaker", "eres2net", "titanet", "campplus", "wespeaker"]),
        ]
        for (kind, names) in words {
            let matching = onnx.filter { path in names.contains { path.lowercased().contains($0) } }
            if let file = best(matching) { return KindDetection(kind: kind, files: [.model: file]) }
        }
        return nil
    }

    private static func complete(_ kind: ModelKind, _ found: [FileRole: String?]) -> KindDetection? {
        var files: [FileRole: String] = [:]
        for role in kind.roles {
            guard let path = found[role] ?? nil else { return nil }
            files[role] = path
        }
        return KindDetection(kind: kind, files: files)
    }

    /// int8 before whole, then the shortest name, then the first of the alphabet: always the same choice.
    private static func best(_ paths: [String]) -> String? {
        paths.min { a, b in
            let (first, second) = (a.contains("int8"), b.contains("int8"))
            if first != second { return first }
            return (a.utf8.count, a) < (b.utf8.count, b)
        }
    }

    private static func baseName(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// The name without folder, ending and mark of precision.
    private static func stem(_ path: String) -> String {
        var name = baseName(path)
        for ending in [".onnx", ".int8", ".fp16", "_int8", "-int8"] where name.hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        return name
    }
}
