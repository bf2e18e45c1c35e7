import Foundation
import GPUs
import Testing
import Transcription
import Workbench

@Suite("GPUs, with a stand-in for the driver's library")
struct NVIDIAMonitorTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func standIn(count: Int = 3, used: Int = 250, start: Int = 0, more: [String] = []) async throws -> String {
        let source = URL(filePath: "\(#filePath)/../../../Fixtures/nvml_standin.c").standardizedFileURL.path
        let library = bench.path("libnvidia-ml-\(count)-\(used)-\(start).so")
        let run = try await ProgramRun.run(
            "/usr/bin/cc",
            ["-shared", "-fPIC", "-DINIT=\(start)", "-DCOUNT=\(count)", "-DUSED=\(used)", "-o", library, source] + more)
        #expect(run.code == 0)
        return library
    }

    @Test("what the driver says is told; a GPU that does not answer is left out; nothing runs over")
    func report() async throws {
        let report = try await NVIDIAMonitor(library: standIn()).report()
        try #require(report.gpus.count == 2)
        #expect(
            report.gpus[0]
                == GPU(name: "Stand-in 4090", memoryTotal: 1000, memoryUsed: 250, memoryFree: 750, utilisation: 100))
        #expect(report.gpus[1].name == String(repeating: "x", count: 95) && report.gpus[1].utilisation == 0)
    }

    @Test("without a library, with a broken one, without a driver or GPUs there is an honest nothing")
    func nothing() async throws {
        for library in [
            "/nowhere/libnvidia-ml.so.1", try bench.write("no library", to: "text.so"), try await standIn(start: 9),
            try await standIn(count: 0), try await standIn(count: 1000), try await standIn(used: 1, more: ["-DOLD"]),
        ] {
            guard case .none(let why) = try await NVIDIAMonitor(library: library).report() else {
                return #expect(Bool(false), "\(library)")
            }
            #expect(!why.isEmpty)
        }
    }

    @Test("new work goes to a GPU with room, and to the processor in every other case")
    func policy() async throws {
        func device(
            _ wish: DevicePolicy.Wish, used: Int = 250, threshold: Double = 0.9, cuda: Bool = true
        ) async throws -> ComputeDevice {
            let report = try await NVIDIAMonitor(library: standIn(count: 1, used: used)).report()
            return DevicePolicy(wish: wish, threshold: threshold, libraryHasCUDA: cuda).decide(report).device
        }
        #expect(try await device(.auto) == .cuda)
        #expect(try await device(.cuda) == .cuda)
        #expect(try await device(.cpu) == .cpu)
        #expect(try await device(.auto, cuda: false) == .cpu)
        #expect(try await device(.auto, used: 900) == .cuda)
        #expect(try await device(.auto, used: 901) == .cpu)
        #expect(try await device(.auto, used: 500, threshold: 0.4) == .cpu)
        #expect(DevicePolicy(wish: .cuda, threshold: 1, libraryHasCUDA: true).decide(.none("gone")).reason == "gone")
    }
}
