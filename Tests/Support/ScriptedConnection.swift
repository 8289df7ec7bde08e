import Glibc

/// One connection of a scripted server, played on the thread that it blocks.
struct ScriptedConnection {
    let descriptor: Int32
    let number: Int
    let log: ConnectionLog

    func play(_ steps: [ScriptedTCPServer.Step]) {
        for step in steps {
            guard play(step) else { break }
        }
        close(descriptor)
    }

    /// False when the peer has gone or the script has closed the connection.
    private func play(_ step: ScriptedTCPServer.Step) -> Bool {
        switch step {
        case .receiveRequest: return receiveRequest()
        case .send(let text): return send(Array(text.utf8))
        case .sendBytes(let bytes): return send(bytes)
        case .drip(let text, let pause): return drip(text, pause)
        case .sendForever:
            let block = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
            while send(block) {}
            return false
        case .pause(let duration):
            sleep(duration)
            return true
        case .awaitRelease:
            for _ in 0..<5_000 where !log.isReleased { usleep(2_000) }
            return log.isReleased
        case .halfClose: return shutdown(descriptor, Int32(SHUT_WR)) == 0
        case .reset: return reset()
        case .awaitPeerClose:
            while receive() != nil {}
            return false
        case .answerEach(let answer):
            while receiveRequest(), send(Array(answer.utf8)) {}
            return false
        }
    }

    private func receiveRequest() -> Bool {
        var request: [UInt8] = []
        while !isComplete(request) {
            guard let bytes = receive() else { return false }
            request += bytes
        }
        return true
    }

    private func isComplete(_ request: [UInt8]) -> Bool {
        let text = String(decoding: request, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
        let lines = text[..<end.lowerBound].lowercased().split(separator: "\r\n")
        let announced = lines.compactMap { line -> Int? in
            line.hasPrefix("content-length:") ? Int(line.dropFirst(15).drop { $0 == " " }) : nil
        }
        return text[end.upperBound...].utf8.count >= announced.first ?? 0
    }

    /// What has come, or nil when the peer has closed.
    private func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            log.peerClosed(number)
            return nil
        }
        log.didReceive(Array(buffer[..<count]), on: number)
        return Array(buffer[..<count])
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else {
                log.peerClosed(number)
                return false
            }
            log.didSend(count, on: number)
            rest.removeFirst(count)
        }
        return true
    }

    private func drip(_ text: String, _ pause: Duration) -> Bool {
        for byte in text.utf8 {
            sleep(pause)
            guard send([byte]) else { return false }
        }
        return true
    }

    private func reset() -> Bool {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        return false
    }

    private func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        usleep(useconds_t(seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
    }
}
