/// An exception of the operator's that is neither `loopback`, a block of addresses nor `host:port`.
package struct EgressPolicyError: Error, Equatable, CustomStringConvertible {
    package let entry: String

    package var description: String {
        "egress exception \"\(entry)\" is neither \"loopback\", an address block (10.0.0.0/8) nor host:port"
    }
}
