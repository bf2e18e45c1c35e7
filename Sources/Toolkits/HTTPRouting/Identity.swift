public import HTTPTypes

/// The attribute of a request that says who sent it, in the program's own terms: the same for every module that knows
/// the value.
public enum Identity<Value: Sendable>: HTTPRequest.AttributeKey {}
