import Foundation
package import Logging

/// One JSON object a line: `timestamp`, `level`, `service`, `message`, then the metadata, flat.
///
/// Request code puts `request_id`, `trace_id` and `tenant` into the metadata of its logger. Never log prompts,
/// answers, documents or credentials: what may be logged are ids, counts and times.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?
    private let service: String
    private let label: String
    private let sink: LogSink

    package init(
        label: String, service: String, logLevel: Logger.Level = .info, sink: LogSink = .standardOutput,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.service = service
        self.logLevel = logLevel
        self.sink = sink
        self.metadataProvider = metadataProvider
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = JSONLine()
        let milliseconds = Int64(max(0, Date().timeIntervalSince1970 * 1000))
        line.add("timestamp", LogTimestamp.text(unixMilliseconds: milliseconds))
        line.add("level", event.level.rawValue)
        line.add("service", service)
        line.add("logger", label)
        line.add("message", event.message.description)
        for (key, value) in merged(with: event.metadata).sorted(by: { $0.key < $1.key }) {
            line.add(Self.reserved.contains(key) ? "\(key)_" : key, value.description)
        }
        if let error = event.error { line.add("error", "\(error)") }
        line.close()
        sink.append(line.bytes)
        if event.level >= .critical { sink.flush() }
    }

    private static let reserved: Set<String> = ["timestamp", "level", "service", "logger", "message", "error"]

    private func merged(with own: Logger.Metadata?) -> Logger.Metadata {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        if let own { all.merge(own) { $1 } }
        return all
    }
}
