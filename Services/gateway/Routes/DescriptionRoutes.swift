import Hummingbird
import ServiceKit

/// What describes the interface: the OpenAPI document, and a page that shows it without loading anything from
/// elsewhere.
struct DescriptionRoutes: Sendable {
    func add(to router: Router<ServiceRequestContext>) {
        router.get("openapi.yaml") { _, _ in
            Response.text(OpenAPIDocument.text + "\n", contentType: "application/yaml; charset=utf-8")
        }
        router.get("docs") { _, _ in DescriptionPage.response }
    }
}
