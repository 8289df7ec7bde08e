import Foundation

/// Highest random weight hashing (Thaler and Ravishankar, 1998), with weights after Schindelhauer and Schomaker
/// (2005): every replica gives a key the same order of targets without knowing of the others, and a target that comes
/// or goes moves only the keys that are its own.
enum RendezvousHash {
    /// The target with the smallest figure comes first.
    static func figure(_ key: UInt64, _ target: UInt64, weight: Double) -> Double {
        figure(mixed(key ^ mixed(target)), weight: weight)
    }

    /// The same for a number that is random already: an exponential variable whose rate is the weight, so that the
    /// smallest of several is each one's with a probability in proportion to its weight (Efraimidis and Spirakis, 2006).
    static func figure(_ random: UInt64, weight: Double) -> Double {
        // In (0, 1]: the top 53 bits, plus one.
        let uniform = (Double(random >> 11) + 1) * 0x1p-53
        return -log(uniform) / max(weight, .leastNormalMagnitude)
    }

    /// FNV-1a over the bytes, then mixed: alike in every process, unlike `Hasher`.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return mixed(hash)
    }

    /// The finalizer of SplitMix64.
    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
