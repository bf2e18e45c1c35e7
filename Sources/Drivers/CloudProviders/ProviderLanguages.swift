/// The languages of the models that are asked, as BCP 47 primary codes.
enum ProviderLanguages {
    /// What Whisper's multilingual models know, by the names they give it (openai-whisper, tokenizer.py). Groq's
    /// `jv` and `yue` are their codes for Javanese and Cantonese.
    static let names: [String: String] = Dictionary(
        """
        english:en chinese:zh german:de spanish:es russian:ru korean:ko french:fr japanese:ja portuguese:pt turkish:tr \
        polish:pl catalan:ca dutch:nl arabic:ar swedish:sv italian:it indonesian:id hindi:hi finnish:fi vietnamese:vi \
        hebrew:he ukrainian:uk greek:el malay:ms czech:cs romanian:ro danish:da hungarian:hu tamil:ta norwegian:no \
        thai:th urdu:ur croatian:hr bulgarian:bg lithuanian:lt latin:la maori:mi malayalam:ml welsh:cy slovak:sk \
        telugu:te persian:fa latvian:lv bengali:bn serbian:sr azerbaijani:az slovenian:sl kannada:kn estonian:et \
        macedonian:mk breton:br basque:eu icelandic:is armenian:hy nepali:ne mongolian:mn bosnian:bs kazakh:kk \
        albanian:sq swahili:sw galician:gl marathi:mr punjabi:pa sinhala:si khmer:km shona:sn yoruba:yo somali:so \
        afrikaans:af occitan:oc georgian:ka belarusian:be tajik:tg sindhi:sd gujarati:gu amharic:am yiddish:yi lao:lo \
        uzbek:uz faroese:fo haitian:ht pashto:ps turkmen:tk nynorsk:nn maltese:mt sanskrit:sa luxembourgish:lb \
        myanmar:my tibetan:bo tagalog:tl malagasy:mg assamese:as tatar:tt hawaiian:haw lingala:ln hausa:ha bashkir:ba \
        javanese:jv sundanese:su cantonese:yue
        """.split(whereSeparator: \.isWhitespace).map { pair in
            let parts = pair.split(separator: ":")
            return (String(parts[0]), String(parts[1]))
        }, uniquingKeysWith: { first, _ in first })

    static let whisper = names.values.sorted()

    /// developers.deepgram.com/docs/models-languages-overview and its change log up to March 2026.
    static func deepgram(_ model: String) -> [String] {
        if model.hasPrefix("whisper") { return whisper }
        let nova2 = "bg ca cs da de el en es et fi fr hi hu id it ja ko lt lv ms nl no pl pt ro ru sk sv th tr uk vi zh"
        let nova3 = nova2 + " ar be bn bs fa he hr kn mk mr sl sr ta te tl ur"
        guard model.hasPrefix("nova") else { return [] }
        return (model.hasPrefix("nova-3") ? nova3 : nova2).split(separator: " ").map(String.init)
    }

    /// A code for what a service calls a language: its name, or a code with or without a region.
    static func code(_ name: String?) -> String? {
        guard let name = name?.lowercased(), !name.isEmpty else { return nil }
        if let code = names[name] { return code }
        let primary = name.prefix { $0.isASCII && $0.isLetter }
        return (2...3).contains(primary.count) ? String(primary) : nil
    }
}
