extension Phrase {
    /// The table of all texts.
    var forms: (en: String, id: String, pt: String) {
        switch self {
        case .welcome:
            (
                "👋 Hello, %1! Send me a voice message, audio, a video or a file, and I write down what is said.",
                "👋 Halo, %1! Kirim pesan suara, audio, video atau berkas, dan saya tuliskan isinya.",
                "👋 Olá, %1! Envie uma mensagem de voz, áudio, vídeo ou arquivo e eu escrevo o que é dito."
            )
        case .help:
            (
                """
                Send or forward any recording: voice, audio, video, round video, or a file.
                In groups answer a recording with /transcribe, or mention me.

                /language – language of the speech
                /provider, /model – who does the work
                /format – which files come with the text
                /speakers – say who speaks; name them by answering: SPEAKER_01 is Anna
                /status – your files in work
                /cancel – stop one of them
                /settings – everything at a glance
                """,
                """
                Kirim atau teruskan rekaman apa pun: suara, audio, video, video bulat, atau berkas.
                Di grup, balas rekaman dengan /transcribe atau sebut saya.

                /language – bahasa ucapan
                /provider, /model – mesin yang dipakai
                /format – berkas yang menyertai teks
                /speakers – tunjukkan siapa bicara; beri nama dengan membalas: SPEAKER_01 adalah Anna
                /status – berkas Anda yang sedang dikerjakan
                /cancel – hentikan salah satunya
                /settings – semua setelan
                """,
                """
                Envie ou encaminhe qualquer gravação: voz, áudio, vídeo, vídeo redondo ou arquivo.
                Em grupos, responda à gravação com /transcribe ou mencione-me.

                /language – idioma da fala
                /provider, /model – quem faz o trabalho
                /format – que arquivos vêm com o texto
                /speakers – dizer quem fala; dê nomes respondendo: SPEAKER_01 é Anna
                /status – seus arquivos em andamento
                /cancel – parar um deles
                /settings – todas as opções
                """
            )
        case .notAllowed:
            (
                "Sorry, this bot is private. Your id is %1; its operator can let you in.",
                "Maaf, bot ini privat. ID Anda %1; pengelolanya dapat memberi akses.",
                "Desculpe, este bot é privado. Seu id é %1; o operador pode liberar o acesso."
            )
        case .whatToSend:
            (
                "Send me a voice message, audio, a video or a file. /help says more.",
                "Kirim pesan suara, audio, video atau berkas. /help untuk bantuan.",
                "Envie uma mensagem de voz, áudio, vídeo ou arquivo. /help diz mais."
            )
        case .queued: ("In the queue", "Masuk antrean", "Na fila")
        case .queuedPlace: ("Position: %1", "Posisi: %1", "Posição: %1")
        case .queuedNext: ("Position: 1, next in line", "Posisi: 1, giliran berikutnya", "Posição: 1, a próxima")
        case .workers:
            ("Workers: %1/%2 active, %3 free", "Pekerja: %1/%2 aktif, %3 bebas", "Processos: %1/%2 ativos, %3 livres")
        case .expected: ("Expected: about %1", "Perkiraan: sekitar %1", "Previsão: cerca de %1")
        case .comesByItself:
            (
                "The result is sent automatically when it is done.", "Hasil akan dikirim otomatis saat selesai.",
                "O resultado é enviado automaticamente quando terminar."
            )
        case .yourLine:
            (
                "%1 of your files run at once; this one starts when one of them is done.",
                "%1 berkas Anda berjalan bersamaan; yang ini mulai setelah salah satunya selesai.",
                "%1 arquivos seus rodam ao mesmo tempo; este começa quando um deles terminar."
            )
        case .working: ("Transcribing", "Mentranskripsi", "Transcrevendo")
        case .left: ("%1 left", "sisa %1", "faltam %1")
        case .formatting: ("Almost done", "Hampir selesai", "Quase pronto")
        case .waitingAgain: ("Waiting to try again", "Menunggu untuk dicoba lagi", "Aguardando nova tentativa")
        case .fromCache: ("Result from the cache", "Hasil dari cache", "Resultado do cache")
        case .noSpeech:
            ("No speech was heard in it.", "Tidak terdengar ucapan di dalamnya.", "Nenhuma fala foi ouvida.")
        case .goesOn:
            ("The whole text is in the file.", "Teks lengkap ada di berkas.", "O texto completo está no arquivo.")
        case .cancelled: ("Cancelled", "Dibatalkan", "Cancelado")
        case .deleted: ("Deleted", "Dihapus", "Apagado")
        case .failed: ("That did not work: %1", "Tidak berhasil: %1", "Não deu certo: %1")
        default: more
        }
    }

    private var more: (en: String, id: String, pt: String) {
        switch self {
        case .notMedia:
            (
                "I can find no sound or video in this file.", "Tidak ada suara atau video di berkas ini.",
                "Não encontro áudio nem vídeo neste arquivo."
            )
        case .noAudio:
            ("This file has no sound.", "Berkas ini tidak bersuara.", "Este arquivo não tem som.")
        case .emptyFile: ("The file is empty.", "Berkas ini kosong.", "O arquivo está vazio.")
        case .tooLong:
            (
                "This recording is longer than this server takes.", "Rekaman ini lebih panjang dari batas server.",
                "Esta gravação é mais longa do que o servidor aceita."
            )
        case .tooLarge:
            (
                """
                This file has %1 MB; Telegram lets bots fetch %2 MB. The operator can lift that with \
                TELEGRAM_API_ID and TELEGRAM_API_HASH, or with a self-hosted Bot API server (TELEGRAM_API_BASE). Until \
                then: send it as audio, or in parts.
                """,
                """
                Berkas ini %1 MB; Telegram hanya mengizinkan bot mengambil %2 MB. Pengelola dapat mengatasinya \
                dengan TELEGRAM_API_ID dan TELEGRAM_API_HASH, atau server Bot API sendiri (TELEGRAM_API_BASE). Sementara \
                itu: kirim sebagai audio, atau bagi beberapa bagian.
                """,
                """
                Este arquivo tem %1 MB; o Telegram deixa os bots buscarem %2 MB. O operador resolve isso com \
                TELEGRAM_API_ID e TELEGRAM_API_HASH, ou com um servidor Bot API próprio (TELEGRAM_API_BASE). Até lá: \
                envie como áudio ou em partes.
                """
            )
        case .tooLargeHere:
            (
                "The file is larger than this bot can fetch.", "Berkas lebih besar dari yang dapat diambil bot ini.",
                "O arquivo é maior do que este bot consegue buscar."
            )
        case .fileGone:
            (
                "Telegram no longer has this file; please send it again.",
                "Telegram tidak lagi menyimpan berkas ini; kirim ulang.",
                "O Telegram não tem mais este arquivo; envie de novo."
            )
        case .tooManyWaiting:
            (
                "Many of your files are waiting already. Please send this one again in %1.",
                "Sudah banyak berkas Anda yang menunggu. Kirim lagi yang ini dalam %1.",
                "Muitos arquivos seus já estão esperando. Envie este de novo em %1."
            )
        case .albumDone:
            ("Album: %1 of %2 done.", "Album: %1 dari %2 selesai.", "Álbum: %1 de %2 prontos.")
        case .askEngine: ("Which engine?", "Mesin yang mana?", "Qual motor?")
        case .askModel: ("Which model?", "Model yang mana?", "Qual modelo?")
        case .askFormat: ("What should come with the text?", "Apa yang menyertai teks?", "O que deve vir com o texto?")
        case .engineSet: ("Engine: %1", "Mesin: %1", "Motor: %1")
        case .modelSet: ("Model: %1", "Model: %1", "Modelo: %1")
        case .formatSet: ("Files: %1", "Berkas: %1", "Arquivos: %1")
        case .languageSet: ("Language of the speech: %1", "Bahasa ucapan: %1", "Idioma da fala: %1")
        case .askLanguage:
            (
                "Which language is spoken? You can also write it: /language id",
                "Bahasa apa yang diucapkan? Bisa juga ditulis: /language id",
                "Que idioma é falado? Também pode escrever: /language pt"
            )
        case .badLanguage:
            (
                "I need a code such as en, id or pt, or auto.", "Perlu kode seperti en, id atau pt, atau auto.",
                "Preciso de um código como en, id ou pt, ou auto."
            )
        case .bestModel: ("best", "terbaik", "melhor")
        case .settings:
            (
                "⚙️ Engine: %1\nModel: %2\nLanguage of the speech: %3\nFiles: %4",
                "⚙️ Mesin: %1\nModel: %2\nBahasa ucapan: %3\nBerkas: %4",
                "⚙️ Motor: %1\nModelo: %2\nIdioma da fala: %3\nArquivos: %4"
            )
        case .automaticOn:
            (
                "Every recording here is transcribed.", "Semua rekaman di sini ditranskripsi.",
                "Toda gravação aqui é transcrita."
            )
        case .automaticOff:
            (
                "Recordings here are transcribed when somebody asks.",
                "Rekaman di sini ditranskripsi bila ada yang meminta.",
                "As gravações aqui são transcritas quando alguém pede."
            )
        case .switchOn: ("Transcribe all", "Transkripsi semua", "Transcrever tudo")
        case .switchOff: ("Only when asked", "Hanya bila diminta", "Só quando pedido")
        case .interfaceSet: ("I speak English now.", "Sekarang saya berbahasa Indonesia.", "Agora falo português.")
        case .onlyAdmins:
            ("Only administrators can do this.", "Hanya admin yang bisa.", "Só administradores podem fazer isso.")
        case .notYours: ("This is not yours.", "Ini bukan milik Anda.", "Isto não é seu.")
        case .gone:
            ("This is no longer kept.", "Ini sudah tidak disimpan.", "Isto não está mais guardado.")
        case .alreadyOver: ("It is over already.", "Sudah selesai.", "Já terminou.")
        case .cancelling: ("Stopping it.", "Dihentikan.", "Parando.")
        case .nothingToCancel:
            (
                "Nothing of yours is in work. /cancel and the 8 letters of a task stop that one.",
                "Tidak ada berkas Anda yang dikerjakan. /cancel dan 8 huruf tugas menghentikannya.",
                "Nada seu está em andamento. /cancel e as 8 letras de uma tarefa param aquela."
            )
        case .noRequests:
            ("Nothing of yours is in work.", "Tidak ada berkas Anda yang dikerjakan.", "Nada seu está em andamento.")
        case .transcribeWhat:
            (
                "Answer a recording with /transcribe.", "Balas sebuah rekaman dengan /transcribe.",
                "Responda a uma gravação com /transcribe."
            )
        case .buttonText: ("Text", "Teks", "Texto")
        case .buttonAgain: ("Again with…", "Ulangi dengan…", "De novo com…")
        case .buttonDelete: ("Delete", "Hapus", "Apagar")
        case .buttonCancel: ("Cancel", "Batal", "Cancelar")
        default: commands
        }
    }

    private var commands: (en: String, id: String, pt: String) {
        switch self {
        case .addedToGroup:
            (
                "👋 Answer a recording with /transcribe, or mention me. Administrators: /settings transcribes everything.",
                "👋 Balas rekaman dengan /transcribe, atau sebut saya. Admin: /settings untuk transkripsi semuanya.",
                "👋 Responda a uma gravação com /transcribe ou mencione-me. Administradores: /settings transcreve tudo."
            )
        case .detect: ("detect", "deteksi", "detectar")
        case .statistics:
            (
                "📊 Waiting: %1, in work: %2\nDone: %3, failed: %4, cancelled: %5\nCache: %6 entries, %7 % hits\n"
                    + "Speed: %8\nPeople: %9",
                "📊 Menunggu: %1, dikerjakan: %2\nSelesai: %3, gagal: %4, dibatalkan: %5\nCache: %6 entri, %7 % kena\n"
                    + "Kecepatan: %8\nPengguna: %9",
                "📊 Esperando: %1, em andamento: %2\nProntos: %3, falhas: %4, cancelados: %5\n"
                    + "Cache: %6 entradas, %7 % acertos\nVelocidade: %8\nPessoas: %9"
            )
        case .commandStart: ("Begin", "Mulai", "Começar")
        case .commandHelp: ("What I can do", "Yang bisa saya lakukan", "O que sei fazer")
        case .commandProvider: ("Choose the engine", "Pilih mesin", "Escolher o motor")
        case .commandModel: ("Choose the model", "Pilih model", "Escolher o modelo")
        case .commandLanguage: ("Language of the speech", "Bahasa ucapan", "Idioma da fala")
        case .commandFormat: ("Files that come with the text", "Berkas penyerta teks", "Arquivos com o texto")
        case .commandStatus: ("Your files in work", "Berkas yang dikerjakan", "Seus arquivos em andamento")
        case .commandCancel: ("Stop a task", "Hentikan tugas", "Parar uma tarefa")
        case .commandSettings: ("All settings", "Semua setelan", "Todas as opções")
        case .commandTranscribe:
            ("Transcribe the recording you answer", "Transkripsi rekaman yang dibalas", "Transcrever a gravação")
        case .commandStats: ("Figures, for admins", "Statistik, untuk admin", "Números, para administradores")
        case .speakersOn, .speakersOff, .commandSpeakers, .named, .nobodyNamed, .noSpeakers, .nameTooLong: speaking
        default: publishing
        }
    }
}
