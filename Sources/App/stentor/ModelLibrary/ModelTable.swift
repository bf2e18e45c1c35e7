import ModelLibrary

/// What `stentor models list` prints: installed models first, then those that can be pulled.
struct ModelTable {
    let text: String

    init(catalogue: ModelCatalogue, contents: (models: [InstalledModel], faults: [ModelStore.Fault])) {
        let installed = Set(contents.models.map(\.name))
        var text = "Installed\n"
        if contents.models.isEmpty { text += "  none\n" }
        for model in contents.models {
            let known = catalogue.models.first { $0.name == model.name }
            text += Self.row(
                model.name, Self.size(model.bytes), Self.memory(model.ramBytes), Self.languages(model.languages),
                model.licence, model.isRestricted ? "restricted" : "", known?.summary ?? model.kind.rawValue)
        }
        for fault in contents.faults { text += "  \(fault.name)  \(fault.error)\n" }
        text += "\nTo pull\n"
        for model in catalogue.models where !installed.contains(model.name) {
            var remarks: [String] = []
            if model.licence.isRestrictive { remarks.append("restrictive licence") }
            if !model.isHashConfirmed { remarks.append("hash unconfirmed") }
            text += Self.row(
                model.name, Self.size(model.downloadBytes), Self.memory(model.ramBytes),
                Self.languages(model.languages), model.licence.name, remarks.joined(separator: ", "), model.summary)
        }
        self.text = text
    }

    private static func row(
        _ name: String, _ size: String, _ memory: String, _ languages: String, _ licence: String, _ remark: String,
        _ summary: String
    ) -> String {
        let first = [pad(name, 30), pad(size, 9), pad(memory, 13), pad(languages, 16), licence].joined(separator: " ")
        return "  \(first)\(remark.isEmpty ? "" : "  (\(remark))")\n      \(summary)\n"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func size(_ bytes: Int64) -> String {
        bytes < 1_000_000 ? "\(max(1, bytes / 1000)) kB" : "\((bytes + 500_000) / 1_000_000) MB"
    }

    private static func memory(_ bytes: Int64) -> String { bytes > 0 ? "\(bytes >> 20) MiB RAM" : "" }

    private static func languages(_ codes: [String]) -> String {
        switch codes.count {
        case 0: ""
        case 1...5: codes.joined(separator: " ")
        default: "\(codes.count) languages"
        }
    }
}
