import ServiceKit

/// How long a provider may take.
///
/// ## Configuration keys
/// - `MODEL_CONNECT_TIMEOUT` (default `5s`): name, connection and handshake.
/// - `MODEL_FIRST_BYTE_TIMEOUT` (default `120s`): to the first byte of the answer; a model that reasons is silent for
///   a minute and more.
/// - `MODEL_IDLE_TIMEOUT` (default `60s`): between two pieces of an answer.
/// - `MODEL_TOTAL_TIMEOUT` (default `600s`): for everything, as the vendors' own clients have it.
struct ModelTimeouts: Sendable {
    var connect = Duration.seconds(5)
    var firstByte = Duration.seconds(120)
    var idle = Duration.seconds(60)
    var total = Duration.seconds(600)

    init() {}

    init(_ settings: Settings) throws(SettingsError) {
        let range = Duration.milliseconds(1) ... .seconds(86_400)
        connect = try settings.duration("MODEL_CONNECT_TIMEOUT", default: connect, in: range)
        firstByte = try settings.duration("MODEL_FIRST_BYTE_TIMEOUT", default: firstByte, in: range)
        idle = try settings.duration("MODEL_IDLE_TIMEOUT", default: idle, in: range)
        total = try settings.duration("MODEL_TOTAL_TIMEOUT", default: total, in: range)
    }
}
