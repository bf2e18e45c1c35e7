import Streaming

/// The HTML of the player's page. Nothing in it runs or looks by itself: script and style have addresses of their own.
enum WatchPage {
    static func html(_ file: RemoteFile, link: String, stream: String, download: String) -> String {
        let name = escaped(FileNames.plain(file.name))
        let type = MediaTypes.type(of: file)
        let base = escaped("/watch/\(link)")
        let size = FileSize.text(file.size)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(name)</title>
            <link rel="icon" type="image/svg+xml" href="/watch-assets/icon.svg">
            <link rel="stylesheet" href="/watch-assets/player.css">
            <script type="module" src="/watch-assets/player.js"></script>
            </head>
            <body data-base="\(base)">
            <main>
            <section class="stage">
            \(player(type, escaped(stream), name))
            <header>
            <h1>\(name)</h1>
            <p class="about">\(size)\(file.duration.map { " · " + FileSize.clock($0) } ?? "")</p>
            <p class="actions"><a class="button" href="\(escaped(download))" download>Download</a>
            <button type="button" id="copy">Copy link</button></p>
            </header>
            </section>
            <section class="text" aria-label="Transcript"\(MediaTypes.isMedia(type) ? "" : " hidden")>
            <div id="start">
            <button type="button" id="transcribe">Transcribe</button>
            </div>
            <div id="work" hidden>
            <progress id="progress" max="100"></progress>
            <p id="message" role="status" aria-live="polite"></p>
            </div>
            <p id="failure" role="alert" hidden></p>
            <ol id="cues"></ol>
            </section>
            </main>
            <noscript><p>The player works without scripts; the transcript needs them.</p></noscript>
            </body>
            </html>

            """
    }

    /// A page that says why there is none.
    static func html(_ sentence: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Stentor</title>
        <link rel="icon" type="image/svg+xml" href="/watch-assets/icon.svg">
        <link rel="stylesheet" href="/watch-assets/player.css">
        </head>
        <body><main><header><h1>\(escaped(sentence))</h1></header></main></body>
        </html>

        """
    }

    private static func player(_ type: String, _ address: String, _ name: String) -> String {
        if type.hasPrefix("image/") { return #"<img src="\#(address)" alt="\#(name)">"# }
        guard MediaTypes.isMedia(type) else { return "" }
        let element = type.hasPrefix("audio/") ? "audio" : "video"
        return #"<\#(element) id="player" src="\#(address)" controls playsinline preload="metadata"></\#(element)>"#
    }

    static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
