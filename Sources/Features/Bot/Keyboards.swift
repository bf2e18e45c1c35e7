import Accounts
import BotAPI
import Streaming

/// The buttons under messages, and what is in their data (64 bytes at most).
enum Keyboards {
    static func cancel(_ request: MediaRequest, _ language: Language) -> InlineKeyboard {
        InlineKeyboard([[InlineButton("✖ " + language.text(.buttonCancel), "c:\(request.job)")]])
    }

    static func answer(_ request: MediaRequest, _ language: Language) -> InlineKeyboard {
        let job = request.job
        return InlineKeyboard([
            [
                InlineButton(language.text(.buttonText), "f:txt:\(job)"), InlineButton("SRT", "f:srt:\(job)"),
                InlineButton("VTT", "f:vtt:\(job)"),
            ],
            [
                InlineButton(language.text(.buttonAgain), "a:\(job)"),
                InlineButton(language.text(.buttonDelete), "d:\(job)"),
            ],
        ])
    }

    /// Of what failed.
    static func failure(_ request: MediaRequest, _ language: Language) -> InlineKeyboard {
        InlineKeyboard([[InlineButton(language.text(.buttonAgain), "a:\(request.job)")]])
    }

    static func again(_ request: MediaRequest, _ providers: [String]) -> InlineKeyboard {
        InlineKeyboard(rows(providers.map { InlineButton($0, "b:\(request.job):\($0)") }))
    }

    static func providers(_ providers: [String], chosen: String?) -> InlineKeyboard {
        InlineKeyboard(rows(providers.map { InlineButton(mark($0, chosen ?? "auto"), "p:\($0)") }))
    }

    static func models(_ models: [String], chosen: String?, _ language: Language) -> InlineKeyboard {
        let named = models.filter { $0.utf8.count <= 60 }.prefix(30)
        let best = InlineButton(mark(language.text(.bestModel), chosen == nil ? language.text(.bestModel) : ""), "m:")
        return InlineKeyboard(rows([best] + named.map { InlineButton(mark($0, chosen ?? ""), "m:\($0)") }))
    }

    static func speech(chosen: String?, _ language: Language) -> InlineKeyboard {
        let codes = ["en", "id", "pt", "es", "de", "fr", "ru", "ar", "zh", "ja", "ko"]
        let detect = InlineButton((chosen == nil ? "✓ " : "") + language.text(.detect), "l:auto")
        return InlineKeyboard(rows([detect] + codes.map { InlineButton(mark($0, chosen ?? ""), "l:\($0)") }))
    }

    static func formats(chosen: ResultForm?) -> InlineKeyboard {
        InlineKeyboard(
            rows(
                ResultForm.allCases.map {
                    InlineButton(mark(name($0), name(chosen ?? .all)), "o:\($0.rawValue)")
                }))
    }

    static func name(_ form: ResultForm) -> String {
        switch form {
        case .all: "TXT + SRT"
        case .text: "–"
        case .txt, .srt, .vtt: form.rawValue.uppercased()
        }
    }

    static func settings(isGroup: Bool, isAutomatic: Bool, _ language: Language) -> InlineKeyboard {
        var rows = [Language.allCases.map { InlineButton(mark($0.ownName, language.ownName), "i:\($0.rawValue)") }]
        if isGroup {
            rows.append([InlineButton(language.text(isAutomatic ? .switchOff : .switchOn), isAutomatic ? "g:0" : "g:1")]
            )
        }
        return InlineKeyboard(rows)
    }

    /// Under a published file. Without addresses where Telegram does not take them as buttons.
    static func links(
        _ record: LinkRecord, _ addresses: LinkAddresses?, copied: String, _ language: Language
    ) -> InlineKeyboard {
        let isMedia = MediaTypes.isMedia(MediaTypes.type(of: record.file))
        var rows: [[InlineButton]] = []
        if let addresses {
            rows.append([
                InlineButton("▶ " + language.text(.buttonStream), url: addresses.stream),
                InlineButton("⬇ " + language.text(.buttonDownload), url: addresses.download),
            ])
            if isMedia { rows.append([InlineButton("🎬 " + language.text(.buttonWatch), url: addresses.watch)]) }
        }
        var tools: [InlineButton] = []
        if record.file.size > 0 {
            tools.append(InlineButton("📝 " + language.text(.buttonTranscribe), "t:\(record.id.text)"))
        }
        if copied.count <= 256 { tools.append(InlineButton("📋 " + language.text(.buttonCopy), copying: copied)) }
        return InlineKeyboard(
            rows + [tools, [InlineButton("🚫 " + language.text(.buttonRevoke), "r:\(record.id.text)")]])
    }

    static func stop(_ batch: LinkBatch, _ language: Language) -> InlineKeyboard {
        InlineKeyboard([[InlineButton("✖ " + language.text(.buttonCancel), "x:\(batch.id.text)")]])
    }

    static func lists(_ batch: LinkBatch, _ language: Language) -> InlineKeyboard? {
        guard batch.found > 0 else { return nil }
        return InlineKeyboard([
            [InlineButton("TXT", "y:txt:\(batch.id.text)"), InlineButton("M3U8", "y:m3u8:\(batch.id.text)")]
        ])
    }

    private static func mark(_ name: String, _ chosen: String) -> String { name == chosen ? "✓ \(name)" : name }

    private static func rows(_ buttons: [InlineButton]) -> [[InlineButton]] {
        stride(from: 0, to: buttons.count, by: 3).map { Array(buttons[$0..<min($0 + 3, buttons.count)]) }
    }
}

extension InlineKeyboard {
    /// The same with one row more.
    func adding(_ row: [InlineButton]?) -> InlineKeyboard {
        row.map { InlineKeyboard(inlineKeyboard + [$0]) } ?? self
    }
}
