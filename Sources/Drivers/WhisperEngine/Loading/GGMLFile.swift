import Transcription

/// A ggml file of whisper.cpp: shape, mel filters and vocabulary in memory, tensors by name where they lie. Everything
/// is checked against the file's size before memory is asked for.
struct GGMLFile {
    let shape: GGMLShape
    /// `shape.mels` rows of 201 weights.
    let filters: [Float]
    /// Bytes of each ordinary token; the special ones are not in the file.
    let vocabulary: [[UInt8]]
    private let file: ModelFile
    private let tensors: [String: GGMLTensor]

    init(path: String) throws(EngineError) {
        file = try ModelFile(path: path)
        var cursor = FileCursor(file)
        shape = try GGMLShape(&cursor)
        guard try cursor.integer() == shape.mels, try cursor.integer() == LogMel.bins else { throw Self.damaged }
        filters = floats(Array(try cursor.bytes(shape.mels * LogMel.bins * 4)))
        vocabulary = try Self.vocabulary(&cursor, limit: shape.vocabulary)
        tensors = try Self.directory(&cursor)
    }

    static let damaged = EngineError(.unusable, "The model's file is damaged: pull or import it again.")

    private static func vocabulary(_ cursor: inout FileCursor, limit: Int) throws(EngineError) -> [[UInt8]] {
        let count = try cursor.integer()
        guard (1...limit).contains(count) else { throw damaged }
        var words: [[UInt8]] = []
        for _ in 0..<count {
            let length = try cursor.integer()
            guard (0...1024).contains(length) else { throw damaged }
            words.append(Array(try cursor.bytes(length)))
        }
        return words
    }

    private static func directory(_ cursor: inout FileCursor) throws(EngineError) -> [String: GGMLTensor] {
        var tensors: [String: GGMLTensor] = [:]
        while !cursor.isAtEnd {
            let dimensions = try cursor.integer()
            let nameLength = try cursor.integer()
            guard (1...4).contains(dimensions), (1...256).contains(nameLength), tensors.count < 5000,
                let type = GGMLType(rawValue: try cursor.integer())
            else { throw damaged }
            var count = 1
            var rowLength = 1
            for index in 0..<dimensions {
                let extent = try cursor.integer()
                guard (1...1 << 24).contains(extent), count <= 1 << 34 else { throw damaged }
                if index == 0 { rowLength = extent }
                count *= extent
            }
            let name = String(decoding: try cursor.bytes(nameLength), as: UTF8.self)
            guard rowLength % type.blockLength == 0, tensors[name] == nil else { throw damaged }
            let tensor = GGMLTensor(type: type, count: count, rowLength: rowLength, offset: cursor.position)
            try cursor.skip(tensor.bytes)
            tensors[name] = tensor
        }
        return tensors
    }

    private func tensor(_ name: String, count: Int) throws(EngineError) -> GGMLTensor {
        guard let tensor = tensors[name] else {
            throw EngineError(.unusable, "The model's file has no tensor “\(name)”: import another.")
        }
        guard tensor.count == count else {
            throw EngineError(.unusable, "The tensor “\(name)” has another size than the model: import another file.")
        }
        return tensor
    }

    /// All of a small tensor.
    func values(_ name: String, count: Int) throws(EngineError) -> [Float] {
        let tensor = try tensor(name, count: count)
        return tensor.type.values(try file.bytes(at: tensor.offset, count: tensor.bytes))
    }

    /// Hands over a matrix row by row, without ever holding more than a few rows as floats.
    func rows(
        _ name: String, rows: Int, columns: Int, _ body: (Int, UnsafePointer<Float>) -> Void
    ) throws(EngineError) {
        let tensor = try tensor(name, count: rows * columns)
        guard columns % tensor.type.blockLength == 0 else { throw Self.damaged }
        let rowBytes = tensor.type.bytes(columns)
        let step = max(1, (1 << 20) / rowBytes)
        for first in stride(from: 0, to: rows, by: step) {
            let count = min(step, rows - first)
            let raw = try file.bytes(at: tensor.offset + first * rowBytes, count: count * rowBytes)
            let values = tensor.type.values(raw)
            values.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                for row in 0..<count { body(first + row, base + row * columns) }
            }
        }
    }
}
