import Accounts
import BotAPI
import Jobs
import Scheduling
import Testing
import Transcripts

@testable import Bot

struct WordingTests {
    private func wording(_ language: String = "id", _ change: (inout MediaRequest) -> Void = { _ in }) -> Wording {
        var request = MediaRequest(
            job: anyJob("abcdefghijklmnopqrstuvwxyz"), person: 1, chat: 1, message: 1,
            file: ChatFile(id: "f", uniqueID: "u", bytes: 1, name: "a<b>.ogg"), preferences: Preferences(),
            interface: language, createdAt: 0)
        change(&request)
        return Wording(request: request)
    }

    private func transcript(_ text: String, warnings: [String] = []) -> Transcript {
        let span = TimeSpan(start: 0, end: 1)
        return Transcript(
            duration: 61, engine: "sphinx", model: "m", segments: text.isEmpty ? [] : [Segment(span: span, text: text)],
            warnings: warnings)
    }

    @Test func `the queue is told with task, place and workers, and that the result comes by itself`() {
        let text = wording().queued(.init(position: 2, busy: 3, workers: 5, expected: 70, ownLimit: 3))
        #expect(
            text == """
                🕐 <b>Masuk antrean</b> · <code>abcdefgh</code> · a&lt;b&gt;.ogg
                Posisi: 3
                Pekerja: 3/5 aktif, 2 bebas
                Perkiraan: sekitar 1:10
                3 berkas Anda berjalan bersamaan; yang ini mulai setelah salah satunya selesai.
                Hasil akan dikirim otomatis saat selesai.
                """)
    }

    @Test func `a text of 4000 characters is whole, one of 4001 is cut and said so`() {
        let whole = wording().answer(transcript(String(repeating: "<", count: 4000), warnings: ["no room for this"]))
        #expect(!whole.isCut && whole.text.contains(String(repeating: "&lt;", count: 4000)))
        let cut = wording().answer(transcript(String(repeating: "é", count: 4001)))
        #expect(cut.isCut && cut.text.contains("Teks lengkap ada di berkas."))
    }

    @Test(arguments: [0, 1, 3999, 4000, 4001, 100_000])
    func `no answer is longer than Telegram takes`(length: Int) {
        for unit in ["a", "👩‍👩‍👧", "&", "long words and blanks "] {
            let text = String(repeating: unit, count: length / unit.utf16.count)
            let answer = wording { $0.isCached = true }.answer(
                transcript(text, warnings: ["w", String(repeating: "x", count: 900)]))
            let plain = answer.text.replacing("<b>", with: "").replacing("</b>", with: "").replacing("&lt;", with: "<")
                .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
            #expect(MessageText.length(plain) <= MessageText.longestMessage, "\(unit) × \(length)")
        }
    }

    @Test func `what came from the cache says so`() {
        let answer = wording { $0.isCached = true }.answer(transcript("halo"))
        #expect(answer.text.hasPrefix("⚡ Hasil dari cache") && answer.text.contains("1:01 · sphinx"))
    }

    @Test func `bars and times`() {
        #expect(Wording.bar(0) == "░░░░░░░░░░ 0 %" && Wording.bar(99.9) == "▓▓▓▓▓▓▓▓▓░ 99 %")
        #expect(Wording.bar(100) == "▓▓▓▓▓▓▓▓▓▓ 100 %" && Wording.bar(-.infinity) == "░░░░░░░░░░ 0 %")
        #expect(Wording.time(7) == "0:07" && Wording.time(3723) == "1:02:03" && Wording.time(.nan) == "0:00")
    }

    @Test func `failures people can do something about are in their language`() {
        let text = wording("pt").failure(JobFailure(.permanent, code: "no_audio", "x")).text
        #expect(text == "⚠️ a&lt;b&gt;.ogg: Este arquivo não tem som.")
        #expect(wording("en").failure(.cancelled).text == "✖ Cancelled · a&lt;b&gt;.ogg")
    }

    @Test func `data of buttons fits`() {
        let wording = wording { $0.job = anyJob(String(repeating: "j", count: 26)) }
        for keyboard in [
            wording.cancelButton, Keyboards.answer(wording.request, .pt),
            Keyboards.again(wording.request, ["auto", "deepgram"]),
            Keyboards.models([String(repeating: "m", count: 100), "ok"], chosen: nil, .en),
        ] {
            for button in keyboard.inlineKeyboard.joined() {
                #expect((1...64).contains(button.callbackData?.utf8.count ?? 0))
            }
        }
    }
}

/// An id that is known to be one.
func anyJob(_ text: String) -> JobID {
    guard let job = JobID(text) else { preconditionFailure("\(text) is no id") }
    return job
}
