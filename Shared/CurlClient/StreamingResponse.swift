/// An answer whose body is still on its way.
///
/// Dropping it, or its `body`, closes the transfer.
package struct StreamingResponse: Sendable {
    package var status: Int
    package var headers: ResponseHeaders
    package var body: ResponseBodyStream
}
