import Glibc

/// C strings that live as long as this value: structures of a C library point into it.
final class CStringArena {
    private var strings: [UnsafeMutablePointer<CChar>] = []

    deinit {
        strings.forEach { free($0) }
    }

    func pointer(_ text: String) -> UnsafePointer<CChar>? {
        guard let copy = strdup(text) else { return nil }
        strings.append(copy)
        return UnsafePointer(copy)
    }
}
