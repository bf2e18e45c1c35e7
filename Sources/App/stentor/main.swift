import Glibc

// Before any thread starts, so that all of them leave the signals to this one.
let interruption = Interruption()
let stentor = Stentor(arguments: RawArguments(CommandLine.unsafeArgv, count: Int(CommandLine.argc)))
// Detached, because this thread waits for signals and runs no tasks; the process ends with its result.
let work = Task.detached { exit(await stentor.run()) }
interruption.wait { work.cancel() }
