import CCurl

/// The memory that libcurl reads while a request is under way: the header list and the body, in two blocks that are
/// used again for the next request, so that a request costs no allocation here once the handle is warm.
@safe final class RequestArena {
    private var head: UnsafeMutableRawBufferPointer
    private var content: UnsafeMutableRawBufferPointer
    /// A block larger than this is given back after the request: one large upload should not be held for ever.
    private static let keptBytes = 64 << 10

    init() {
        unsafe head = .allocate(byteCount: 4_096, alignment: 16)
        unsafe content = .allocate(byteCount: 4_096, alignment: 16)
    }

    deinit {
        unsafe head.deallocate()
        unsafe content.deallocate()
    }

    /// Copies the body and returns where it lies until the next call.
    func place(body: [UInt8]) -> UnsafeRawPointer? {
        unsafe Self.reserve(body.count, in: &content)
        unsafe content.copyBytes(from: body)
        return unsafe UnsafeRawPointer(content.baseAddress)
    }

    /// Builds libcurl's list of `name: value` lines and returns its first node; nil for no headers.
    ///
    /// - Parameter bare: Names of headers that libcurl would add and shall not.
    func place(headers: [(String, String)], bare: [String]) -> UnsafeMutablePointer<curl_slist>? {
        let count = headers.count + bare.count
        guard count > 0 else { return nil }
        let stride = unsafe MemoryLayout<curl_slist>.stride
        let text =
            headers.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 3 } + bare.reduce(0) { $0 + $1.utf8.count + 2 }
        unsafe Self.reserve(count * stride + text, in: &head)
        guard let base = unsafe head.baseAddress else { return nil }
        let nodes = unsafe base.bindMemory(to: curl_slist.self, capacity: count)
        var writer = unsafe LineWriter(at: base + count * stride)
        for (index, header) in headers.enumerated() {
            // To libcurl "Name:" means to leave the header out and "Name;" to send it without a value.
            let (separator, value) = header.1.isEmpty ? (";", "") : (": ", header.1)
            let line = unsafe writer.line(header.0, separator, value)
            unsafe (nodes + index).initialize(to: curl_slist(data: line, next: nodes + index + 1))
        }
        for (index, name) in bare.enumerated() {
            let line = unsafe writer.line(name, ":", "")
            unsafe (nodes + headers.count + index).initialize(
                to: curl_slist(data: line, next: nodes + headers.count + index + 1))
        }
        unsafe nodes[count - 1].next = nil
        return unsafe nodes
    }

    /// Gives large blocks back. Only when libcurl is done with the request.
    func trim() {
        if unsafe head.count > Self.keptBytes { unsafe Self.replace(&head, byteCount: 4_096) }
        if unsafe content.count > Self.keptBytes { unsafe Self.replace(&content, byteCount: 4_096) }
    }

    private static func reserve(_ byteCount: Int, in block: inout UnsafeMutableRawBufferPointer) {
        guard block.count < byteCount else { return }
        unsafe replace(&block, byteCount: max(byteCount, 2 * block.count))
    }

    private static func replace(_ block: inout UnsafeMutableRawBufferPointer, byteCount: Int) {
        unsafe block.deallocate()
        unsafe block = .allocate(byteCount: byteCount, alignment: 16)
    }

    /// Writes C strings one behind the other; the caller has reserved the room.
    @safe private struct LineWriter {
        private var cursor: UnsafeMutablePointer<CChar>

        init(at start: UnsafeMutableRawPointer) {
            unsafe cursor = start.assumingMemoryBound(to: CChar.self)
        }

        mutating func line(_ parts: String...) -> UnsafeMutablePointer<CChar> {
            let start = unsafe cursor
            for part in parts {
                for byte in part.utf8 {
                    unsafe cursor.pointee = CChar(bitPattern: byte)
                    unsafe cursor += 1
                }
            }
            unsafe cursor.pointee = 0
            unsafe cursor += 1
            return unsafe start
        }
    }
}
