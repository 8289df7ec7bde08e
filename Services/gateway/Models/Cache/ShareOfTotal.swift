/// Divides a whole number among several so that the parts add up to it exactly (method of the largest remainder).
enum ShareOfTotal {
    /// Each part is its weight's share of `total`, rounded down, and those with the largest remainders get one more;
    /// of equal remainders the first. Without any weight all weigh the same.
    ///
    /// - Parameters:
    ///   - total: Not negative.
    ///   - weights: Not negative.
    static func split(_ total: Int64, by weights: [Int]) -> [Int64] {
        guard !weights.isEmpty, total > 0 else { return weights.map { _ in 0 } }
        let positive = weights.map { Int128(max($0, 0)) }
        let sum = positive.reduce(0, +)
        let parts = sum == 0 ? weights.map { _ in Int128(1) } : positive
        let whole = sum == 0 ? Int128(weights.count) : sum
        var shares = parts.map { Int64(Int128(total) * $0 / whole) }
        let left = Int(total - shares.reduce(0, +))
        let order = parts.indices.sorted {
            let (one, other) = (Int128(total) * parts[$0] % whole, Int128(total) * parts[$1] % whole)
            return one == other ? $0 < $1 : one > other
        }
        for index in order.prefix(left) { shares[index] += 1 }
        return shares
    }
}
