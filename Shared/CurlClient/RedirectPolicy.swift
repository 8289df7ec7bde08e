/// What to do with an answer that points elsewhere (301, 302, 303, 307, 308 with a Location).
package enum RedirectPolicy: Sendable, Equatable {
    /// The call fails with `refusedByPolicy`.
    case refuse
    /// Followed at most `maximum` times, each target checked like a first request. To another origin go no headers
    /// but `Accept`, `Accept-Language`, `Content-Type` and `User-Agent`, and never from https to http.
    case follow(maximum: Int)
}
