import Foundation
import SpeechKernels
import Testing
import Transcription
import Workbench

@testable import WhisperEngine

@Suite("model files that are not what they should be", .serialized)
struct DamagedModelTests {
    private let bench: Workbench
    private let whole: Data

    init() throws {
        bench = try Workbench()
        whole = try Data(contentsOf: URL(fileURLWithPath: Reference.model))
    }

    private func load(_ bytes: Data) throws -> GGMLFile {
        try GGMLFile(path: bench.write(bytes, to: "model.bin"))
    }

    @Test("a file cut anywhere is refused")
    func truncated() throws {
        // Inside the header, the filters, the vocabulary, a tensor's head, and just before the end.
        for length in [0, 3, 4, 20, 47, 55, 5000, 64_400, 64_500, 65_700, 70_000, whole.count / 2, whole.count - 1] {
            let error = #expect(throws: EngineError.self) { try load(whole.prefix(length)) }
            #expect(error?.code == .unusable)
        }
    }

    @Test("numbers beyond any Whisper model are refused before memory is asked for", arguments: 1...10)
    func enormous(field: Int) throws {
        for value in [Int32.max, -1, 0, 100_003] {
            var bytes = whole
            bytes.replaceSubrange((field * 4)..<(field * 4 + 4), with: withUnsafeBytes(of: value) { Data($0) })
            let error = #expect(throws: EngineError.self) { try load(bytes) }
            #expect(error?.code == .unusable)
        }
    }

    @Test("a flipped bit is refused or harmless, never a crash")
    func flipped() throws {
        var noise: UInt64 = 3
        for _ in 0..<150 {
            noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var bytes = whole
            // The header, the vocabulary and the heads of tensors lie thick at the beginning.
            let place = Int(noise >> 33) % 140_000
            bytes[place] ^= 1 << UInt8(noise >> 30 & 7)
            do {
                _ = try load(bytes)
            } catch let error as EngineError {
                #expect(error.code == .unusable)
            }
        }
    }

    @Test("weights that are no numbers give an error for the part")
    func notNumbers() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Workbench.nanoGGML))
        let name = Data("encoder.ln_post.weight".utf8)
        let place = try #require(whole.range(of: name)).upperBound
        var bytes = whole
        bytes.replaceSubrange(place..<place + 4, with: [0, 0, 0xC0, 0x7F])
        let path = try bench.write(bytes, to: "ggml-nan.bin")
        let engine = try WhisperRecognizer(path: path, name: "nan", languages: [], threads: 1)
        do throws(EngineError) {
            _ = try engine.recognise([Int16](repeating: 9, count: 16_000), RecognitionOptions()) { false }
        } catch {
            #expect(error.code == .failed)
        }
    }

    @Test("a folder, a missing file, another format and another network are refused")
    func other() throws {
        for path in [bench.folder.path, "/nowhere/ggml.bin", Workbench.sample.path] {
            let error = #expect(throws: EngineError.self) { try GGMLFile(path: path) }
            #expect(error?.code == .unusable)
        }
        // A tensor under another name.
        var bytes = whole
        let range = try #require(bytes.range(of: Data("decoder.ln.weight".utf8)))
        bytes[range.lowerBound] = 0x45
        let file = try load(bytes)
        let error = #expect(throws: EngineError.self) { try WhisperNetwork(file, .best) }
        #expect(error?.description.contains("decoder.ln.weight") == true)
    }
}
