/// A block of addresses: `10.0.0.0/8`, `fc00::/7`, or a single address.
struct AddressRange: Sendable, Hashable {
    private let network: IPAddress
    private let prefixLength: Int

    /// Nil unless `text` is an address with an optional prefix length that fits it.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let network = IPAddress(String(first)) else { return nil }
        let width = if case .v4 = network { 32 } else { 128 }
        guard parts.count == 2 else {
            self.network = network
            prefixLength = width
            return
        }
        guard let length = Int(parts[1]), (0...width).contains(length) else { return nil }
        self.network = network
        prefixLength = length
    }

    func contains(_ address: IPAddress) -> Bool {
        switch (network, address) {
        case (.v4(let network), .v4(let bits)):
            // A shift by the full width gives zero in Swift, which is what a prefix of length 0 needs.
            (network ^ bits) >> (32 - prefixLength) == 0
        case (.v6(let network), .v6(let bits)):
            (network ^ bits) >> (128 - prefixLength) == 0
        default:
            false
        }
    }
}
