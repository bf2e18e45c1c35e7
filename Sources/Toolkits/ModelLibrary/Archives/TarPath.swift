/// A name inside an archive that stays inside: relative, without `..`, control characters or empty parts.
enum TarPath {
    /// The name with leading `./` and a closing `/` taken off; empty for the archive's own root.
    static func checked(_ name: String) throws(TarFault) -> String {
        guard !name.isEmpty, name.utf8.count <= 1_024, !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            name.utf8.first != UInt8(ascii: "/")
        else { throw TarFault(.unsafePath) }
        var parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.last == "" { parts.removeLast() }
        while parts.first == "." { parts.removeFirst() }
        guard parts.count <= 16 else { throw TarFault(.unsafePath) }
        for part in parts where part.isEmpty || part == "." || part == ".." || part.utf8.count > 255 {
            throw TarFault(.unsafePath)
        }
        return parts.joined(separator: "/")
    }
}
