/// A complete answer.
package struct OutgoingResponse: Sendable {
    package var status: Int
    package var headers: ResponseHeaders
    /// As received: a Content-Encoding is not undone.
    package var body: [UInt8]

    package init(status: Int, headers: ResponseHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
