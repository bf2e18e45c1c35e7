/// Text for a quoted string of a header.
enum HeaderText {
    /// What could end the string, or is not ASCII, becomes an underscore.
    static func ascii(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value > 0x1f && $0.value < 0x7f && $0 != "\"" && $0 != "\\" ? $0 : "_" }))
    }
}
