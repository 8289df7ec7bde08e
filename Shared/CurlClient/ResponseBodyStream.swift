/// The body of a streaming answer: chunks as they come, for one reader.
///
/// The transfer is held back while the reader is slow, so at most the client's `streamBufferBytes` wait in memory.
/// `next` throws a `CurlError` with what ended the transfer early; nil means that the body is complete. Cancelling the
/// task that waits, or dropping the stream and its iterators, closes the transfer.
package struct ResponseBodyStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    private let reader: Reader

    init(_ transfer: Transfer) {
        reader = Reader(transfer)
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader) }

    /// Closes the transfer at once, whoever holds the stream.
    package func cancel() { reader.cancel() }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// All that has come since the last call, at once; waits if that is nothing.
        package mutating func next() async throws -> [UInt8]? {
            try await reader.next()
        }
    }

    /// Ends the transfer when nobody can read it any more.
    fileprivate final class Reader: Sendable {
        private let transfer: Transfer

        init(_ transfer: Transfer) {
            self.transfer = transfer
        }

        deinit {
            transfer.cancel()
        }

        func cancel() { transfer.cancel() }

        func next() async throws -> [UInt8]? {
            if Task.isCancelled { transfer.cancel() }
            switch transfer.takeNow() {
            case .chunk(let bytes, _): return bytes
            case .end: return nil
            case .failed(let error): throw error
            case .nothing: return try await wait()
            }
        }

        private func wait() async throws -> [UInt8]? {
            try await withTaskCancellationHandler {
                try await Waiting.wait { transfer.waitForChunk($0) }
            } onCancel: {
                transfer.cancel()
            }
        }
    }
}
