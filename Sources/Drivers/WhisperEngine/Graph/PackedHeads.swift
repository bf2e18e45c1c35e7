import CSpeechKernels
import SpeechKernels

/// Keys and values of several heads as bytes, packed for attention.
final class PackedHeads {
    private let kernels: Kernels
    private let head: Int
    private let padded: Int
    private let count: Int
    private let keys: AlignedBuffer<Int8>
    private let keyScales: AlignedBuffer<Float>
    private let keyStarts: AlignedBuffer<Int32>
    private let values: AlignedBuffer<Int8>
    private let valueScales: AlignedBuffer<Float>

    /// - Parameters:
    ///   - count: heads.
    ///   - head: elements of a head.
    ///   - length: positions.
    init(_ kernels: Kernels, count: Int, head: Int, length: Int) {
        self.kernels = kernels
        self.head = head
        self.count = count
        padded = kernels.padded(length)
        keys = AlignedBuffer(count * padded * head)
        keyScales = AlignedBuffer(count * padded)
        keyStarts = AlignedBuffer(count * padded)
        values = AlignedBuffer(count * padded * kernels.padded(head))
        valueScales = AlignedBuffer(count * kernels.padded(head))
    }

    private func view(_ index: Int, length: Int) -> sk_head {
        let width = kernels.padded(head)
        return sk_head(
            keys: keys.base + index * padded * head, key_scale: keyScales.base + index * padded,
            key_start: keyStarts.base + index * padded, values: values.base + index * padded * width,
            value_scale: valueScales.base + index * width, length: Int32(length), padded: Int32(padded),
            head: Int32(head))
    }

    /// Fills one head from rows that lie `stride` floats apart.
    func pack(
        _ index: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>, stride: Int, length: Int
    ) {
        var head = view(index, length: length)
        kernels.table.pointee.pack_head(keys, stride, values, stride, &head)
    }

    /// Attention of `rows` queries.
    /// - Parameters:
    ///   - precise: keeps sixteen bits of each probability instead of eight.
    ///   - weights: gets the probabilities, `length` for each row.
    func attend(
        _ index: Int, length: Int, queries: UnsafePointer<Float>, stride: Int, rows: Int, precise: Bool,
        into result: UnsafeMutablePointer<Float>, resultStride: Int, weights: UnsafeMutablePointer<Float>? = nil
    ) {
        var view = view(index, length: length)
        let scale = 1 / Float(head).squareRoot()
        kernels.table.pointee.attend(
            &view, queries, stride, Int32(rows), scale, precise, result, resultStride, weights)
    }
}
