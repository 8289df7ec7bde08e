/// A vector of length one, for cosine similarities: that of two is their dot product.
struct UnitVector: Sendable, Equatable {
    /// Eight numbers at a time, the last ones filled up with zeros.
    private let lanes: [SIMD8<Float>]
    let dimensions: Int

    /// Nil for a vector without a direction.
    init?(_ numbers: [Float]) {
        var square = 0.0
        for number in numbers { square += Double(number) * Double(number) }
        guard square.isFinite, square > 0 else { return nil }
        let scale = Float(1 / square.squareRoot())
        guard scale.isFinite else { return nil }
        var lanes: [SIMD8<Float>] = []
        lanes.reserveCapacity((numbers.count + 7) / 8)
        for start in stride(from: 0, to: numbers.count, by: 8) {
            var lane = SIMD8<Float>()
            for offset in 0..<min(8, numbers.count - start) { lane[offset] = numbers[start + offset] * scale }
            lanes.append(lane)
        }
        self.lanes = lanes
        dimensions = numbers.count
    }

    var byteCount: Int { lanes.count * 32 }

    /// From -1 to 1; nil between vectors of different sizes, which are not of the same model.
    func similarity(to other: UnitVector) -> Float? {
        guard dimensions == other.dimensions else { return nil }
        var sum = SIMD8<Float>()
        for index in lanes.indices { sum += lanes[index] * other.lanes[index] }
        return sum.sum()
    }
}
