import Hummingbird
import ServiceKit

/// `?limit=&after=` of the lists that mirror OpenAI's.
struct ListQuery {
    let limit: Int
    let after: String?

    /// - Parameter most: A larger limit is cut to this, as clients ask for 10,000 files by default.
    init(_ request: Request, default fallback: Int, most: Int) throws(APIError) {
        let query = request.uri.queryParameters
        after = query["after"].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
        guard let text = query["limit"] else {
            limit = fallback
            return
        }
        guard let value = Int(text), value >= 1 else { throw .invalid("limit", "must be a whole number from 1") }
        limit = min(value, most)
    }
}
