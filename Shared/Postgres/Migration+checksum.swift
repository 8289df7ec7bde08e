extension Migration {
    /// Tells whether the source was edited after it was applied: FNV-1a of 64 bits over all statements.
    ///
    /// It guards against mistakes, not against forgery: whoever can edit the table can edit the schema.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ text: String) {
            // The end mark keeps ["ab"] and ["a", "b"] apart.
            for byte in Array(text.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        for statement in up { add(statement) }
        add("down")
        for statement in down { add(statement) }
        add(isTransactional ? "transactional" : "plain")
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
