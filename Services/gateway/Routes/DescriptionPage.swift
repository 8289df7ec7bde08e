import HTTPTypes
import Hummingbird
import ServiceKit

/// `/docs`: the paths of the OpenAPI document as a page. Plain HTML, no script, nothing from another host.
enum DescriptionPage {
    static var response: Response {
        var response = Response.text(html, contentType: "text/html; charset=utf-8")
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        return response
    }

    private static let html = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Asterism</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
        code { font: 14px ui-monospace, monospace } td { padding: .2rem 1rem .2rem 0; vertical-align: top }
        </style>
        <h1>Asterism</h1>
        <p>The whole description is at <a href="/openapi.yaml">/openapi.yaml</a> (OpenAPI 3.1).</p>
        <table>\(operations.map(row).joined())</table></html>
        """

    private struct Operation {
        let method: String
        let path: String
        let summary: String
    }

    /// Reads the document by its indentation: paths at two blanks, methods at four, their summary at six.
    private static let operations: [Operation] = {
        var operations: [Operation] = []
        var path = ""
        var method = ""
        for line in OpenAPIDocument.text.split(separator: "\n") {
            if line.hasPrefix("  /") {
                path = line.dropFirst(2).trimmingSuffix(while: { $0 == ":" })
            } else if line.hasPrefix("    "), !line.hasPrefix("     "), line.hasSuffix(":") {
                method = String(line.dropFirst(4).dropLast())
            } else if line.hasPrefix("      summary: ") {
                operations.append(
                    Operation(method: method.uppercased(), path: path, summary: String(line.dropFirst(15))))
            }
        }
        return operations
    }()

    private static func row(_ operation: Operation) -> String {
        "<tr><td><code>\(operation.method)</code><td><code>\(escaped(operation.path))</code>"
            + "<td>\(escaped(operation.summary))"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, matches(last) { text.removeLast() }
        return String(text)
    }
}
