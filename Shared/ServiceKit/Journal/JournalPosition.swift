/// A place in a journal: before the entry `index` of its kind in the frame at `offset` of segment `segment`.
struct JournalPosition: Sendable, Equatable, Comparable {
    var segment: UInt64
    var offset: Int
    var index: Int

    static func < (left: Self, right: Self) -> Bool {
        (left.segment, left.offset, left.index) < (right.segment, right.offset, right.index)
    }
}
