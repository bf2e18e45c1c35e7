/// What can be read from the Bot API's `file_id` without knowing its file.
public enum FileIdentifier {
    /// The data centre where a file lies: the second number of an id in its present form (version 4).
    public static func dataCentre(of id: String) -> Int? {
        guard let packed = Base64URL.decode(id), packed.last == 4 else { return nil }
        var bytes: [UInt8] = []
        var index = 0
        // Zeros are counted: 0 and how many.
        while index < packed.count - 2, bytes.count < 8 {
            if packed[index] == 0 {
                bytes += Array(repeating: 0, count: Int(packed[index + 1]))
                index += 2
            } else {
                bytes.append(packed[index])
                index += 1
            }
        }
        guard bytes.count >= 8 else { return nil }
        let centre = bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        return (1...1000).contains(centre) ? centre : nil
    }
}
