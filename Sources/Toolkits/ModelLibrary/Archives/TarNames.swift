/// The names seen in an archive: none twice, and no file where another entry needs a folder.
struct TarNames {
    private var files: Set<String> = []
    private var folders: Set<String> = []
    /// Folders that only the names of their contents tell of; an entry of their own may still come.
    private var impliedFolders: Set<String> = []

    mutating func addFile(_ path: String) throws(TarFault) {
        try addParents(of: path)
        guard !folders.contains(path), !impliedFolders.contains(path), files.insert(path).inserted else {
            throw TarFault(.duplicate)
        }
    }

    mutating func addFolder(_ path: String) throws(TarFault) {
        try addParents(of: path)
        guard !files.contains(path), folders.insert(path).inserted else { throw TarFault(.duplicate) }
    }

    private mutating func addParents(of path: String) throws(TarFault) {
        var end = path.startIndex
        while let slash = path[end...].firstIndex(of: "/") {
            let parent = String(path[..<slash])
            guard !files.contains(parent) else { throw TarFault(.duplicate) }
            if !folders.contains(parent) { impliedFolders.insert(parent) }
            end = path.index(after: slash)
        }
    }
}
