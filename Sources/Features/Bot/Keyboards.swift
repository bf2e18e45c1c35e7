import Accounts
import BotAPI

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

    private static func mark(_ name: String, _ chosen: String) -> String { name == chosen ? "✓ \(name)" : name }

    private static func rows(_ buttons: [InlineButton]) -> [[InlineButton]] {
        stride(from: 0, to: buttons.count, by: 3).map { Array(buttons[$0..<min($0 + 3, buttons.count)]) }
    }
}
