/// The languages of the interface.
enum Language: String, Sendable, CaseIterable {
    case en, id, pt

    /// The language of an IETF tag such as `pt-BR`; `nil` for one that is not spoken here. `in` is Indonesian's old code.
    init?(tag: String?) {
        guard let code = tag?.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first else { return nil }
        self.init(rawValue: code == "in" ? "id" : String(code))
    }

    var ownName: String {
        switch self {
        case .en: "English"
        case .id: "Bahasa Indonesia"
        case .pt: "Português"
        }
    }

    /// `%1`, `%2` … stand for the values.
    func text(_ phrase: Phrase, _ values: String...) -> String {
        let forms = phrase.forms
        var text =
            switch self {
            case .en: forms.en
            case .id: forms.id
            case .pt: forms.pt
            }
        for (index, value) in values.enumerated() {
            text = text.split(separator: "%\(index + 1)", omittingEmptySubsequences: false).joined(separator: value)
        }
        return text
    }
}

/// Everything the bot says.
enum Phrase: Sendable, CaseIterable {
    case welcome, help, notAllowed, whatToSend
    case queued, queuedPlace, queuedNext, workers, expected, comesByItself, yourLine
    case working, left, formatting, waitingAgain
    case fromCache, noSpeech, goesOn, cancelled, deleted, failed
    case notMedia, noAudio, emptyFile, tooLong, tooLarge, tooLargeHere, fileGone, tooManyWaiting
    case albumDone
    case askEngine, askModel, askFormat, engineSet, modelSet, formatSet, languageSet, askLanguage, badLanguage
    case bestModel, settings, automaticOn, automaticOff, switchOn, switchOff, interfaceSet
    case onlyAdmins, notYours, gone, alreadyOver, cancelling, nothingToCancel, noRequests, transcribeWhat
    case buttonText, buttonAgain, buttonDelete, buttonCancel
    case addedToGroup, detect, statistics
    case commandHelp, commandProvider, commandModel, commandLanguage, commandFormat, commandStatus, commandCancel
    case commandSettings, commandTranscribe, commandStats, commandStart, commandBatch, commandLinks
    case buttonLinks, buttonStream, buttonDownload, buttonWatch, buttonTranscribe, buttonCopy, buttonRevoke
    case linksOff, linkProtected, linkRevoked, ownLinks, noLinks
    case batchHelp, batchUnavailable, batchTwoPlaces, batchTooLong, batchWorking, batchPause, batchDone, batchLeftOut
    case speakersOn, speakersOff, commandSpeakers, named, nobodyNamed, noSpeakers, nameTooLong
    case batchUnknown, batchNotMember, batchAway, batchEmpty
}
