import Testing

@testable import Postgres

@Suite("The cache of prepared statements")
struct StatementCacheTests {
    @Test("a statement is prepared once")
    func once() {
        var cache = StatementCache(capacity: 2)
        #expect(cache.lookup("SELECT \(1)") == .missing(name: "s1"))
        #expect(cache.lookup("SELECT \(2)") == .prepared(name: "s1"))
    }

    @Test("the one least recently used makes room and is to be freed")
    func eviction() {
        var cache = StatementCache(capacity: 2)
        _ = cache.lookup("a")
        _ = cache.lookup("b")
        _ = cache.lookup("a")
        #expect(cache.lookup("c") == .missing(name: "s3"))
        #expect(cache.takeAbandoned() == ["s2"])
        #expect(cache.takeAbandoned().isEmpty)
        #expect(cache.lookup("a") == .prepared(name: "s1"))
        #expect(cache.count == 2)
    }

    @Test("the same text with parameters of other types is another statement")
    func types() {
        var cache = StatementCache(capacity: 2)
        #expect(cache.lookup("SELECT \(1)") == .missing(name: "s1"))
        #expect(cache.lookup("SELECT \("one")") == .missing(name: "s2"))
        #expect(cache.takeAbandoned() == ["s1"])
    }

    @Test("one that failed to prepare is prepared anew, under another name")
    func forget() {
        var cache = StatementCache(capacity: 2)
        _ = cache.lookup("a")
        cache.forget("a")
        #expect(cache.lookup("a") == .missing(name: "s2"))
        #expect(cache.takeAbandoned().isEmpty)
    }
}
