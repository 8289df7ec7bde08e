/// Numbers and booleans as parameters and columns.

extension Bool: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .bool }
    package func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

    package init(from value: PostgresValue) throws {
        guard value.type == .bool else { throw value.failure("is not a bool") }
        self = try value.integer(UInt8.self) != 0
    }
}

extension PostgresValue {
    /// A whole number of any integer type of the server, or a `numeric` without a fraction, if `Integer` can hold it.
    func wholeNumber<Integer: FixedWidthInteger>(_: Integer.Type) throws -> Integer {
        let wide: Int64? =
            switch type {
            case .int8: try integer(Int64.self)
            case .int4: Int64(try integer(Int32.self))
            case .int2: Int64(try integer(Int16.self))
            case .oid: Int64(try integer(UInt32.self))
            case .numeric: Int64(try DecimalText.read(self))
            default: throw failure("is not a whole number")
            }
        guard let wide, let narrow = Integer(exactly: wide) else { throw failure("does not fit \(Integer.self)") }
        return narrow
    }
}

extension Int16: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int2 }
    package func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
    package init(from value: PostgresValue) throws { self = try value.wholeNumber(Int16.self) }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int4 }
    package func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
    package init(from value: PostgresValue) throws { self = try value.wholeNumber(Int32.self) }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int8 }
    package func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
    package init(from value: PostgresValue) throws { self = try value.wholeNumber(Int64.self) }
}

extension Int: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int8 }
    package func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(Int64(self)) }
    package init(from value: PostgresValue) throws { self = try value.wholeNumber(Int.self) }
}

extension Float: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .float4 }
    package func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(bitPattern) }

    package init(from value: PostgresValue) throws {
        guard value.type == .float4 else { throw value.failure("is not a real") }
        self.init(bitPattern: try value.integer(UInt32.self))
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .float8 }
    package func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(bitPattern) }

    package init(from value: PostgresValue) throws {
        switch value.type {
        case .float8: self.init(bitPattern: try value.integer(UInt64.self))
        case .float4: self.init(try Float(from: value))
        case .int2, .int4: self.init(try value.wholeNumber(Int32.self))
        case .numeric:
            guard let number = Double(try DecimalText.read(value)) else { throw value.failure("is not a number") }
            self = number
        default: throw value.failure("is not a floating-point number")
        }
    }
}
