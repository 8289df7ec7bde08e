extension Journal {
    /// Whether the owner has every entry of this kind that earlier runs of the process left behind.
    package func hasShippedEarlierRuns(_ kind: JournalEntry.Kind) throws -> Bool {
        try log.earlierDepth(kind) == 0
    }

    /// Counts what has been appended so far to the earlier runs: for entries that this run makes up for them.
    package func endEarlierRuns() {
        log.endEarlierRuns()
    }
}
