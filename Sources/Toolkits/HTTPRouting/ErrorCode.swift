public import HTTPTypes

extension HTTPFieldName {
    /// Carries a word for programs beside an error's status, to whatever envelope tells it.
    public static let errorCode = HTTPFieldName("X-Error-Code")
}
