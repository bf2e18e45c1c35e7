extension Phrase {
    /// About who speaks.
    var speaking: (en: String, id: String, pt: String) {
        switch self {
        case .speakersOn:
            (
                "Texts say who speaks. Answer one with names: SPEAKER_01 is Anna",
                "Teks menyebut siapa yang bicara. Balas dengan nama: SPEAKER_01 adalah Anna",
                "Os textos dizem quem fala. Responda com nomes: SPEAKER_01 é Anna"
            )
        case .speakersOff:
            ("Texts do not say who speaks.", "Teks tidak menyebut siapa yang bicara.", "Os textos não dizem quem fala.")
        case .commandSpeakers: ("Say who speaks, or not", "Sebut siapa yang bicara", "Dizer quem fala, ou não")
        case .named: ("Named: %1", "Diberi nama: %1", "Nomeados: %1")
        case .nobodyNamed:
            (
                "There is no such speaker; there are %1.", "Tidak ada pembicara itu; yang ada %1.",
                "Não há esse falante; há %1."
            )
        case .nameTooLong:
            ("A name is too long.", "Namanya terlalu panjang.", "Um nome é longo demais.")
        default:
            (
                "This text does not say who speaks: /speakers, then send it again.",
                "Teks ini tidak menyebut pembicara: /speakers, lalu kirim lagi.",
                "Este texto não diz quem fala: /speakers e envie de novo."
            )
        }
    }
}
