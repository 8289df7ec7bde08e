import Glibc

/// An IP address as bits, comparable with ranges.
enum IPAddress: Sendable, Hashable {
    case v4(UInt32)
    case v6(UInt128)

    /// Parses the textual form that `inet_pton` takes; nothing like `127.1` or `0x7f000001`.
    init?(_ text: String) {
        // Bytes rather than `in6_addr`: which module defines that one depends on the order in which headers were read.
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 {
            self = .v4(bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        } else if unsafe inet_pton(AF_INET6, text, &bytes) == 1 {
            self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        } else {
            return nil
        }
    }

    static func bits(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
        unsafe bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    }

    /// The IPv4 address that an IPv6 address only wraps, or the address itself: IPv4-mapped and -compatible (RFC 4291),
    /// NAT64 (RFC 6052) and 6to4 (RFC 3056).
    var unwrapped: IPAddress {
        guard case .v6(let bits) = self else { return self }
        let low = UInt32(truncatingIfNeeded: bits)
        switch bits >> 32 {
        case 0xffff, 0x0064_ff9b_0000_0000_0000_0000: return .v4(low)
        case 0 where low > 1: return .v4(low)
        default: break
        }
        if bits >> 112 == 0x2002 { return .v4(UInt32(truncatingIfNeeded: bits >> 80)) }
        return self
    }
}
