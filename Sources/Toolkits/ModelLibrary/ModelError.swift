public import EventLoops

/// Why something could not be done with a model. The message says what happened and what to do about it.
public struct ModelError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
        case unknownModel, invalidName, notInstalled, alreadyInstalled, busy, licenceNotAccepted
        case network, refusedByServer, wrongSize, wrongHash, diskFull, damaged, unknownKind, badArchive, badRecord
        case system(SystemCallError)
    }

    public let code: Code
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

extension ModelError {
    static func unknownModel(known: [String]) -> ModelError {
        ModelError(.unknownModel, "There is no model of this name; there are \(known.joined(separator: ", ")).")
    }

    static var invalidName: ModelError {
        ModelError(
            .invalidName, "A model's name holds letters, digits, dots, dashes and underscores, 1 to 100 of them.")
    }

    static func notInstalled(_ name: String) -> ModelError {
        ModelError(.notInstalled, "The model \(name) is not installed; pull or import it first.")
    }

    static func alreadyInstalled(_ name: String) -> ModelError {
        ModelError(.alreadyInstalled, "Another model named \(name) is installed; remove it or choose another name.")
    }

    static func busy(_ name: String) -> ModelError {
        ModelError(.busy, "Another process is working on the model \(name); wait until it is done.")
    }

    static func licenceNotAccepted(_ licence: KnownModel.Licence) -> ModelError {
        ModelError(
            .licenceNotAccepted,
            "The licence of this model restricts its use: \(licence.name), \(licence.url). Read it and accept it first."
        )
    }

    static func network(_ reason: String) -> ModelError {
        ModelError(.network, "The download broke off: \(reason). What has arrived is kept; pull again to go on.")
    }

    static func refusedByServer(status: Int) -> ModelError {
        ModelError(
            .refusedByServer,
            "The server answered \(status). Check the mirror setting, or whether the file has moved, and pull again.")
    }

    static func wrongSize(expected: Int64, found: Int64) -> ModelError {
        ModelError(
            .wrongSize,
            "The server offers \(found) bytes where \(expected) are expected: another file, so nothing was kept. "
                + "Check the mirror setting.")
    }

    static var wrongHash: ModelError {
        ModelError(
            .wrongHash,
            "The file that arrived is not the expected one (its SHA-256 differs) and was deleted. Check the mirror "
                + "setting; pull again if the connection may have damaged it.")
    }

    static func diskFull(needed: Int64?, partIsKept: Bool) -> ModelError {
        let need = needed.map { " \($0 / 1_000_000 + 1) MB are needed." } ?? ""
        let part = partIsKept ? " What has arrived is kept for the next pull; removing the model deletes it." : ""
        return ModelError(.diskFull, "The disk is full.\(need) Free some space and try again.\(part)")
    }

    static func damaged(_ name: String, file: String) -> ModelError {
        ModelError(
            .damaged,
            "The file \(file) of the model \(name) is not what was installed. Remove the model and pull it again.")
    }

    static var unknownKind: ModelError {
        ModelError(
            .unknownKind,
            "The files are no model that can be told by their names: expected are encoder, decoder (and joiner) .onnx "
                + "with tokens.txt, model .onnx with tokens.txt, Moonshine's four .onnx, a ggml .bin, or one .onnx for "
                + "voice activity, segmentation or speaker embedding.")
    }

    static func badArchive(_ error: ArchiveError) -> ModelError {
        ModelError(.badArchive, "The archive cannot be unpacked: \(error). Nothing of it was kept.")
    }

    static func badRecord(_ name: String) -> ModelError {
        ModelError(
            .badRecord,
            "The folder of the model \(name) has no readable model.json. Remove the model and pull it again.")
    }

    /// A failed system call; a full disk becomes a failure of its own.
    static func system(_ error: SystemCallError, partIsKept: Bool = false) -> ModelError {
        if error.meansDiskFull { return diskFull(needed: nil, partIsKept: partIsKept) }
        return ModelError(.system(error), "The models folder cannot be used: \(error).")
    }
}
