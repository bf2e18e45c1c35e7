// Values that travel between processes or are kept: what an older writer did not know has its default.

extension RecognitionOptions {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            language: try values.decodeIfPresent(String.self, forKey: .language),
            prompt: try values.decodeIfPresent(String.self, forKey: .prompt),
            isSecondLook: try values.decodeIfPresent(Bool.self, forKey: .isSecondLook) ?? false,
            translates: try values.decodeIfPresent(Bool.self, forKey: .translates) ?? false,
            keyterms: try values.decodeIfPresent([String].self, forKey: .keyterms) ?? [],
            separatesSpeakers: try values.decodeIfPresent(Bool.self, forKey: .separatesSpeakers) ?? false,
            sourceBytes: try values.decodeIfPresent(Int64.self, forKey: .sourceBytes) ?? 0)
    }
}

extension RecognizerCapabilities {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            engine: try values.decode(String.self, forKey: .engine),
            model: try values.decode(String.self, forKey: .model),
            languages: try values.decode([String].self, forKey: .languages),
            detectsLanguage: try values.decode(Bool.self, forKey: .detectsLanguage),
            takesPrompt: try values.decode(Bool.self, forKey: .takesPrompt),
            givesWordTimes: try values.decode(Bool.self, forKey: .givesWordTimes),
            concurrency: try values.decode(Int.self, forKey: .concurrency),
            warnings: try values.decode([String].self, forKey: .warnings),
            input: try values.decodeIfPresent(RecognizerInput.self, forKey: .input) ?? .pcm,
            givesSpeakers: try values.decodeIfPresent(Bool.self, forKey: .givesSpeakers) ?? false,
            promptTokens: try values.decodeIfPresent(Int.self, forKey: .promptTokens),
            price: try values.decodeIfPresent(Price.self, forKey: .price))
    }
}

extension Recognition {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            text: try values.decode(String.self, forKey: .text), words: try values.decode([Word].self, forKey: .words),
            language: try values.decodeIfPresent(String.self, forKey: .language),
            sources: try values.decodeIfPresent([Source].self, forKey: .sources) ?? [])
    }
}
