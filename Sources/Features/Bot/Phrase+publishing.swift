extension Phrase {
    /// What is said about links and lists of them.
    var publishing: (en: String, id: String, pt: String) {
        switch self {
        case .commandBatch: ("Links for many messages", "Tautan untuk banyak pesan", "Links de muitas mensagens")
        case .commandLinks: ("Your links", "Tautan Anda", "Seus links")
        case .ownLinks: ("Your latest links:", "Tautan terbaru Anda:", "Seus links mais recentes:")
        case .noLinks: ("You have no links.", "Anda belum punya tautan.", "Você não tem links.")
        case .buttonLinks: ("Links", "Tautan", "Links")
        case .buttonStream: ("Stream", "Putar", "Reproduzir")
        case .buttonDownload: ("Download", "Unduh", "Baixar")
        case .buttonWatch: ("Player with text", "Pemutar dengan teks", "Player com texto")
        case .buttonTranscribe: ("Transcribe", "Transkripsi", "Transcrever")
        case .buttonCopy: ("Copy link", "Salin tautan", "Copiar link")
        case .buttonRevoke: ("Revoke", "Cabut", "Revogar")
        case .linksOff:
            (
                "Links are off: the operator has not set STENTOR_PUBLIC_URL.",
                "Tautan tidak aktif: pengelola belum mengatur STENTOR_PUBLIC_URL.",
                "Links desativados: o operador não definiu STENTOR_PUBLIC_URL."
            )
        case .linkProtected:
            (
                "This content is protected by its sender; I make no link to it.",
                "Konten ini dilindungi pengirimnya; saya tidak membuat tautan.",
                "Este conteúdo é protegido por quem enviou; não crio link para ele."
            )
        case .linkRevoked:
            (
                "The links to %1 no longer work.", "Tautan ke %1 tidak berlaku lagi.",
                "Os links de %1 não funcionam mais."
            )
        default: batches
        }
    }

    private var batches: (en: String, id: String, pt: String) {
        switch self {
        case .batchHelp:
            (
                """
                Send the links of the first and the last message:
                /batch https://t.me/channel/10 https://t.me/channel/90
                At the end you may write txt or m3u8.
                """,
                """
                Kirim tautan pesan pertama dan terakhir:
                /batch https://t.me/channel/10 https://t.me/channel/90
                Di akhir boleh ditulis txt atau m3u8.
                """,
                """
                Envie os links da primeira e da última mensagem:
                /batch https://t.me/channel/10 https://t.me/channel/90
                No fim pode escrever txt ou m3u8.
                """
            )
        case .batchUnavailable:
            (
                "Messages by link need TELEGRAM_API_ID and TELEGRAM_API_HASH; the operator has not set them.",
                "Pesan lewat tautan memerlukan TELEGRAM_API_ID dan TELEGRAM_API_HASH; pengelola belum mengaturnya.",
                "Mensagens por link precisam de TELEGRAM_API_ID e TELEGRAM_API_HASH; o operador não os definiu."
            )
        case .batchTwoPlaces:
            (
                "Both links must lead to the same chat.", "Kedua tautan harus menuju obrolan yang sama.",
                "Os dois links devem levar ao mesmo chat."
            )
        case .batchTooLong:
            (
                "That is too much at once: at most %1 messages.", "Terlalu banyak sekaligus: paling banyak %1 pesan.",
                "É demais de uma vez: no máximo %1 mensagens."
            )
        case .batchWorking:
            ("Looking: %1 of %2, files: %3", "Memeriksa: %1 dari %2, berkas: %3", "Olhando: %1 de %2, arquivos: %3")
        case .batchPause:
            (
                "Telegram asks for a pause of %1; it goes on by itself.",
                "Telegram meminta jeda %1; akan lanjut sendiri.",
                "O Telegram pede uma pausa de %1; continua sozinho."
            )
        case .batchDone: ("Done: %1 files", "Selesai: %1 berkas", "Pronto: %1 arquivos")
        case .batchLeftOut:
            (
                "Without a file: %1, protected: %2, deleted or not for me: %3",
                "Tanpa berkas: %1, dilindungi: %2, dihapus atau bukan untuk saya: %3",
                "Sem arquivo: %1, protegidas: %2, apagadas ou fora do meu alcance: %3"
            )
        case .batchUnknown:
            (
                "I do not find this chat. Check the link; a private one needs me as a member.",
                "Obrolan ini tidak ditemukan. Periksa tautannya; yang privat perlu saya sebagai anggota.",
                "Não encontro este chat. Confira o link; um privado precisa de mim como membro."
            )
        case .batchNotMember:
            (
                "I am not a member there. Add me to the chat and send the links again.",
                "Saya bukan anggota di sana. Tambahkan saya lalu kirim lagi tautannya.",
                "Não sou membro de lá. Adicione-me ao chat e envie os links de novo."
            )
        case .batchAway:
            (
                "Telegram could not be reached for too long; send the links again later.",
                "Telegram terlalu lama tidak terjangkau; kirim lagi tautannya nanti.",
                "O Telegram ficou fora do alcance por tempo demais; envie os links mais tarde."
            )
        case .batchEmpty: ("There are no files.", "Tidak ada berkas.", "Não há arquivos.")
        default: ("", "", "")
        }
    }
}
