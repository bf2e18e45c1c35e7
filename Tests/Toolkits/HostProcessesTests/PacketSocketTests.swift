import Foundation
import Testing
import Transcription

@testable import HostProcesses

@Suite("Packet socket")
struct PacketSocketTests {
    @Test("packets stay whole and in order, and the end is the end")
    func packets() throws {
        let (left, right) = try PacketSocket.pair()
        try left.send(Packet(bytes: [1, 2, 3]))
        try left.send(Packet(bytes: [4]))
        #expect(try right.receive()?.bytes == [1, 2, 3])
        #expect(try right.receive()?.bytes == [4])
        try left.send(MediaReply.ready)
        _ = consume left
        #expect(try right.receive()?.message(MediaReply.self) != nil)
        #expect(try right.receive() == nil)
    }

    @Test("descriptors travel with the packet they belong to")
    func descriptors() throws {
        let (left, right) = try PacketSocket.pair()
        let pipe = Pipe()
        try left.send(
            Packet(bytes: [7], descriptors: [try Descriptor(duplicating: pipe.fileHandleForWriting.fileDescriptor)]))
        let packet = try #require(try right.receive())
        #expect(packet.descriptors.count == 1)
        #expect(write(packet.descriptors[0].raw, "hi", 2) == 2)
        #expect(fcntl(packet.descriptors[0].raw, F_GETFD) & FD_CLOEXEC != 0)
        #expect(pipe.fileHandleForReading.availableData == Data("hi".utf8))
    }

    @Test("a packet that is too long is refused by its sender")
    func tooLong() throws {
        let (left, _) = try PacketSocket.pair()
        let error = #expect(throws: SystemError.self) {
            try left.send(Packet(bytes: Array(repeating: 0, count: PacketSocket.longestPacket + 1)))
        }
        #expect(error?.number == EMSGSIZE)
    }

    @Test("a packet that is no message is an error that repeats nothing of it")
    func garbage() {
        let error = #expect(throws: MessageError.self) {
            try Packet(bytes: Array("secret".utf8)).message(MediaReply.self)
        }
        #expect(error?.description.contains("secret") == false)
    }

    @Test("every message survives its way")
    func messages() throws {
        let (left, right) = try PacketSocket.pair()
        let recognition = Recognition(
            text: "ja, 良い", words: [.init(text: "ja,", start: 0.1, end: 0.2, confidence: 0.5)], language: "de")
        try left.send(EngineReply.recognised(id: 3, recognition))
        guard case .recognised(3, recognition) = try right.receive()?.message(EngineReply.self) else {
            Issue.record("another message came")
            return
        }
    }
}

@Suite("Child process")
struct ChildProcessTests {
    @Test("the end of a child is told as it was")
    func endings() async throws {
        let child = try ChildProcess(executable: "/bin/sh", arguments: ["sh", "-c", "exit 7"])
        await #expect(throws: ChildProcess.Ending.exited(7)) { try await child.receive() }
        let killed = try ChildProcess(executable: "/bin/sleep", arguments: ["sleep", "600"])
        killed.kill()
        await #expect(throws: ChildProcess.Ending.killed(signal: SIGKILL)) { try await killed.receive() }
    }

    @Test("what a child said before its end is still heard")
    func lastWords() async throws {
        let child = try ChildProcess(executable: "/bin/sh", arguments: ["sh", "-c", "printf hello >&3"])
        #expect(try await child.receive().bytes == Array("hello".utf8))
        await #expect(throws: ChildProcess.Ending.exited(0)) { try await child.receive() }
    }

    @Test("a child that floods is ended")
    func flood() async throws {
        let child = try ChildProcess(
            executable: "/bin/sh", arguments: ["sh", "-c", "while :; do printf x >&3 || exit; done"])
        await child.gone()
        var packets = 0
        await #expect(throws: ChildProcess.Ending.misbehaved) {
            while true {
                _ = try await child.receive()
                packets += 1
            }
        }
        #expect(packets < 2000)
    }

    @Test("a child has no descriptor but its socket, and no environment")
    func inheritance() async throws {
        let leak = open("/etc/passwd", O_RDONLY)
        defer { close(leak) }
        let child = try ChildProcess(
            executable: "/bin/sh",
            arguments: ["sh", "-c", "printf '%s%s\\n' \"$(ls /proc/self/fd | tr '\\n' ' ')\" \"$HOME$USER\" >&3"])
        let text = String(decoding: try await child.receive().bytes, as: UTF8.self)
        #expect(!text.split(whereSeparator: \.isWhitespace).contains("\(leak)"))
        #expect(text.hasSuffix("\n"))
    }

    @Test("a program that is not there is an error")
    func missing() {
        let error = #expect(throws: SystemError.self) {
            try ChildProcess(executable: "/nowhere/none", arguments: ["none"])
        }
        #expect(error?.number == ENOENT)
    }
}
