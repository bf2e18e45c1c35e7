import Glibc

/// Standard output and error by their numbers: stdio's variables are globals that Swift 6 refuses.
enum StandardStream: CInt {
    case output = 1
    case error = 2

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
