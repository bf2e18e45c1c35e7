/// The languages of model families, as the models themselves write their codes.
enum Languages {
    /// The publisher's list for Parakeet TDT 0.6B v3.
    static let parakeet = list(
        "bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk")

    /// Whisper's list up to large-v2; Javanese is `jw` to the model.
    static let whisper = list(
        """
        en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi \
        ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd \
        gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su
        """)

    /// large-v3 added Cantonese.
    static let whisperV3 = whisper + ["yue"]

    private static func list(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }
}
