extension TranscriptionPipeline.Request {
    /// What an engine does not do of what was asked, beside what every user of it must know. As sentences.
    func warnings(_ capabilities: RecognizerCapabilities) -> [String] {
        var warnings = capabilities.warnings
        if !capabilities.takesPrompt {
            if prompt != nil {
                warnings.append("The engine \(capabilities.engine) takes no prompt; it was ignored.")
            }
            if !keyterms.isEmpty {
                warnings.append("The engine \(capabilities.engine) takes no hotwords; they were ignored.")
            }
        } else if let most = capabilities.promptTokens {
            let hints = (keyterms + [prompt ?? ""]).joined(separator: " ")
            if !PromptTrimming.fits(hints, tokens: most) {
                warnings.append("The prompt is longer than \(capabilities.engine) takes; only a part of it was sent.")
            }
        }
        return warnings
    }
}
