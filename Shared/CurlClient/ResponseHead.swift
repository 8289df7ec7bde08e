/// Status line and header fields of an answer.
struct ResponseHead: Sendable {
    var status: Int
    var headers: ResponseHeaders
    /// What Content-Length announces, if it is there and a number.
    var contentLength: Int?
}
