import API
import ModelLibrary
import Transcription

extension EngineHall {
    /// What is installed, as clients may name it. Read anew each time: a model may have been pulled since.
    func modelEntries() -> [API.ModelEntry] {
        // A library that cannot be read lists nothing; requests say why.
        guard let catalogue = try? EngineCatalogue(models: models) else { return [] }
        return catalogue.entries.map(\.candidate).map {
            API.ModelEntry(name: $0.model, engine: $0.engine, detectsLanguage: $0.detectsLanguage && !$0.isRestricted)
        }
    }
}
