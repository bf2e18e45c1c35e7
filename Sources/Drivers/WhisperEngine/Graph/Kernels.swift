import CSpeechKernels

/// One form of the kernels. The tables live as long as the program.
struct Kernels {
    /// A form of `CSpeechKernels`.
    let table: UnsafePointer<sk_kernels>

    /// The fastest of this processor.
    static var best: Kernels { Kernels(table: sk_best_kernels()) }

    var columns: Int { Int(table.pointee.columns_per_panel) }

    /// Columns rounded up to whole panels.
    func padded(_ count: Int) -> Int { (count + columns - 1) / columns * columns }

    func panels(_ count: Int) -> Int { (count + columns - 1) / columns }
}

/// What happens to an element of a product before it is stored.
enum Epilogue {
    case store, add, gelu

    var code: Int32 {
        switch self {
        case .store: Int32(sk_store)
        case .add: Int32(sk_add)
        case .gelu: Int32(sk_gelu)
        }
    }
}
