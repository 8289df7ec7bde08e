/// What a tenant gets that was created without saying more.
enum TenantDefaults {
    static let plan = "standard"
    /// A hundred a second for a minute: past what one integration sends, far below what one gateway carries.
    static let requestsPerMinute = 6_000
    static let requestsPerMinuteRange = 1...100_000_000
}
