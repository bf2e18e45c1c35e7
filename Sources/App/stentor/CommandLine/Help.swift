/// What `stentor help` says.
enum Help {
    static let version = "0.1.0"

    static let text = """
        Stentor turns speech into text.

        stentor transcribe FILE…      transcribe media files; “-” reads standard input
        stentor serve                 the server: speech to text over HTTP
        stentor worker                works from a queue that servers on other machines fill
        stentor jobs                  the server's queue: list, retry, cancel, prune, pause, resume, stats
        stentor keys                  keys of the server: create, list, revoke
        stentor speakers              who speaks in a finished job, and what they are called
        stentor voices                people who agreed to be recognised: list, enrol, forget, recognise
        stentor models                the speech models: list, pull, verify, remove, import
        stentor top                   a live view of the server: queue, engines, cache, disk
        stentor health                whether the server here is well: 0, or 1 and why
        stentor backup FILE           everything that is kept, in one file, while the server runs
        stentor restore FILE          the same into an empty data folder
        stentor forget OWNER          remove everything that is kept of a user, while no server runs
        stentor doctor                what is installed, what works, and what to do about the rest
        stentor version
        stentor help

        stentor transcribe [options] FILE…

        \(TranscribeCommand.options.help)
        stentor serve [options]

        \(ServeCommand.options.help)
        stentor jobs [list|stats|pause|resume|prune] [options]
        stentor jobs retry|cancel ID…

        \(JobsCommand.options.help)
        stentor keys create [options] NAME
        stentor keys list
        stentor keys revoke ID…

        \(KeysCommand.options.help)
        stentor top [options]

        \(TopCommand.options.help)
        stentor restore [options] FILE

        \(RestoreCommand.options.help)
        stentor speakers [options] JOB [SPEAKER_00=NAME…]

        \(SpeakersCommand.options.help)
        stentor voices enrol --by NAME --consent WORDS NAME JOB SPEAKER_00
        stentor voices enrol --by NAME --consent WORDS --clip FILE NAME
        stentor voices list
        stentor voices recognise JOB
        stentor voices forget ID…

        \(VoicesCommand.options.help)
        stentor models list
        stentor models pull [--accept-licence] NAME…
        stentor models verify [NAME…]
        stentor models remove NAME…
        stentor models import [--name NAME] [--languages LIST] PATH

        Times are seconds, mm:ss or hh:mm:ss. Settings come from the environment, then from .env in the current
        folder, then from these options; .env.example lists them.

        Exit codes: 0 all files done, 1 some failed, 2 the command line or a setting is wrong, 130 interrupted.

        """
}
