package import Contracts
import Foundation
package import Hummingbird

extension RequestContext {
    /// The id in the path at `:name`. Something that is no id names nothing, so it is a 404.
    package func identifier<Entity>(
        _ name: String = "id", of entity: Entity.Type = Entity.self
    ) throws(APIError) -> Identifier<Entity> {
        guard let text = parameters.get(name), let id = Identifier<Entity>(text) else {
            throw .notFound("\(entity)".lowercased())
        }
        return id
    }

    /// The text in the path at `:name`, percent-decoded.
    package func pathText(_ name: String) throws(APIError) -> String {
        guard let text = parameters.get(name), let decoded = text.removingPercentEncoding, !decoded.contains("\0")
        else { throw .notFound() }
        return decoded
    }
}
