import Glibc

// Before any thread starts: the signals are read by one thread, see `Interruption`.
let interruption = Interruption()
let stentor = Stentor(arguments: RawArguments(CommandLine.unsafeArgv, count: Int(CommandLine.argc)))
// Awaited here: the process ends with its result.
let work = Task { await stentor.run() }
interruption.onSignal { work.cancel() }
exit(await work.value)
