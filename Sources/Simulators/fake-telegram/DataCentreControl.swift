import FakeTelegram
import FoundationEssentials
import HTTPRouting
import HTTPTypes
import MTProto

/// The data centres' part of what tests arrange and look at.
struct DataCentreControl: Sendable {
    let telegram: Telegram

    private var centres: FakeDataCentres { telegram.dataCentres }

    func addRoutes(to router: inout Router) {
        router.get("/control/dcs") { _, _ in
            let ports = centres.ports.map { (String($0.key), JSONValue.whole(Int64($0.value))) }
            return Control.json([
                "ports": .object(Dictionary(uniqueKeysWithValues: ports)), "pem": .text(centres.pem),
            ])
        }
        router.get("/control/dcs/counts") { _, _ in
            Control.json(.object(centres.counts.mapValues { .whole(Int64($0)) }))
        }
        router.post("/control/dcs/shape") { request, _ in
            let value = try await Control.body(request)
            centres.setShape(.init(roundTrip: Self.number(value["round_trip"]), rate: Self.number(value["rate"])))
            return Control.json(true)
        }
        router.post("/control/dcs/bot") { request, _ in
            let value = try await Control.body(request)
            centres.addBot(value["token"]?.text ?? "", home: Int(value["home"]?.whole ?? 2))
            return Control.json(true)
        }
        router.post("/control/dcs/drop") { _, _ in
            await centres.dropConnections()
            return Control.json(true)
        }
        router.post("/control/dcs/fault") { request, _ in
            guard let fault = Self.fault(try await Control.body(request)) else {
                throw HTTPError(.badRequest, "no such fault")
            }
            centres.add(fault)
            return Control.json(true)
        }
        router.post("/control/dcs/file") { request, _ in Self.describe(await add(try await Control.body(request))) }
    }

    /// A file of noise, or of a file on this machine, for every bot.
    private func add(_ value: JSONValue) async -> (FakeFile, Int64) {
        var content = FakeContent([.noise(seed: UInt64(value["seed"]?.whole ?? 1), count: value["size"]?.whole ?? 0)])
        if let path = value["path"]?.text, let bytes = try? Data(contentsOf: URL(filePath: path)) {
            content = FakeContent([UInt8](bytes))
        }
        let file = centres.addFile(
            content, name: value["name"]?.text ?? "file.bin", in: Int(value["dc"]?.whole ?? 4))
        return (file, await telegram.bot)
    }

    private static func describe(_ added: (file: FakeFile, bot: Int64)) -> HTTPResponse {
        let id = added.file.fileID(for: added.bot)
        return Control.json([
            "file_id": .text(id.text), "unique": .text(id.uniqueText), "dc": .whole(Int64(added.file.dataCentre)),
            "id": .text(String(added.file.id)), "access_hash": .text(String(id.location.accessHash)),
            "reference": .list(added.file.reference.map { .whole(Int64($0)) }),
            "size": .whole(added.file.content.count),
        ])
    }

    private static func number(_ value: JSONValue?) -> Double {
        switch value {
        case .number(let number)?: number
        case .whole(let number)?: Double(number)
        default: 0
        }
    }

    private static func fault(_ value: JSONValue) -> DCFault? {
        let amount = Int(value["value"]?.whole ?? 0)
        let kinds: [String: DCFault.Kind] = [
            "error": .error(code: Int32(value["code"]?.whole ?? 500), text: value["text"]?.text ?? "INTERNAL"),
            "transport": .transport(Int32(amount)), "silence": .silence, "short": .short, "redirect": .redirect,
            "reset": .reset(afterBytes: amount), "duplicate": .duplicate, "reorder": .reorder, "gzip": .gzip,
            "container": .container, "new_session": .newSession, "new_salt": .newSalt,
            "wrong_key": .wrongMessageKey, "wrong_session": .wrongSession, "even": .evenMessageID,
            "drip": .drip(bytesPerSecond: amount), "forget_authorization": .forgetAuthorization,
            "forget_key": .forgetKey, "expire": .expireReference, "move": .moveFile(amount),
        ]
        guard let kind = value["kind"]?.text.flatMap({ kinds[$0] }) else { return nil }
        let call: UInt32? = value["call"]?.text == "any" ? nil : TL.getFile
        return DCFault(
            kind, call: call, after: Int(value["after"]?.whole ?? 0), count: Int(value["count"]?.whole ?? 1))
    }
}
