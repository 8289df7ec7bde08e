package import Redis

/// Whether and how the service reaches Redis. It is a help, never a need: without it caches are colder.
///
/// ## Configuration keys
/// - `REDIS_URL` (secret, default none): `redis://user:password@host:port/database`. Without it the service runs
///   without Redis; while Redis is away `/readyz` says `degraded` and stays ready.
package struct RedisSettings: Sendable {
    package var configuration: RedisConfiguration?

    package init(_ settings: Settings) throws(SettingsError) {
        guard let url = settings.optionalSecret("REDIS_URL") else { return }
        guard let configuration = try? RedisConfiguration(url: url) else {
            // The parser's own message may quote the password.
            throw SettingsError("REDIS_URL", "is not a redis:// URL")
        }
        self.configuration = configuration
    }
}
