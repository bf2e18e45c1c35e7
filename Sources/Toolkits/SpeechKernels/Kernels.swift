package import CSpeechKernels

/// One form of the kernels. The tables live as long as the program.
package struct Kernels {
    /// A form of `CSpeechKernels`.
    package let table: UnsafePointer<sk_kernels>

    package init(table: UnsafePointer<sk_kernels>) {
        self.table = table
    }

    /// The fastest of this processor.
    package static var best: Kernels { Kernels(table: sk_best_kernels()) }

    package var columns: Int { Int(table.pointee.columns_per_panel) }

    /// Columns rounded up to whole panels.
    package func padded(_ count: Int) -> Int { (count + columns - 1) / columns * columns }

    package func panels(_ count: Int) -> Int { (count + columns - 1) / columns }
}

/// What happens to an element of a product before it is stored.
package enum Epilogue {
    case store, add, gelu

    package var code: Int32 {
        switch self {
        case .store: Int32(sk_store)
        case .add: Int32(sk_add)
        case .gelu: Int32(sk_gelu)
        }
    }
}
