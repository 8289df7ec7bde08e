import Contracts
import ServiceKit
import Testing

@testable import PromptService

@Suite("Templates")
struct PromptTemplateTests {
    @Test(
        "variables, escapes and plain braces are told apart",
        arguments: [
            ("plain", [PromptTemplate.Part.text("plain")]),
            ("", []),
            ("{{a}}", [.variable("a")]),
            ("{{ a_1 }}!", [.variable("a_1"), .text("!")]),
            ("x{{a}}{{b}}y", [.text("x"), .variable("a"), .variable("b"), .text("y")]),
            (#"\{{a}}"#, [.text("{{a}}")]),
            (#"C:\dir\\x {"k": {"v": 1}}"#, [.text(#"C:\dir\\x {"k": {"v": 1}}"#)]),
            ("}} {", [.text("}} {")]),
            (#"ends with \"#, [.text(#"ends with \"#)]),
            ("é👩‍🚀{{a}}", [.text("é👩‍🚀"), .variable("a")]),
        ])
    func parsing(source: String, parts: [PromptTemplate.Part]) throws {
        #expect(try PromptTemplate(source).parts == parts)
    }

    @Test("an opening without an end is refused with its place", arguments: ["ab{{", "ab{{name", "ab{{name}", "ab{{{"])
    func unclosed(source: String) {
        #expect(throws: PromptTemplate.Failure.unclosed(offset: 2)) { try PromptTemplate(source) }
    }

    @Test(
        "what is no name is refused, so nothing can be executed",
        arguments: ["", " ", "A", "1a", "a b", "a-b", "a.b", "#if x", "{a", "a|upper", "ä", "a\n"])
    func badNames(name: String) {
        #expect(throws: PromptTemplate.Failure.self) { try PromptTemplate("{{\(name)}}") }
    }

    @Test("a value is put in as it is and never read again")
    func values() throws {
        let template = try PromptTemplate("<{{a}}|{{b}}|{{a}}>")
        let values = ["a": "{{b}}", "b": #"\{{a}}"#]
        #expect(template.render(values) == #"<{{b}}|\{{a}}|{{b}}>"#)
        #expect(template.renderedByteCount(values) == template.render(values).utf8.count)
    }

    @Test("rendering wants a value for each variable of any message and for nothing else, and names all at once")
    func strictness() throws {
        let prompt = try ParsedPrompt([
            PromptMessage(role: .system, content: "{{b}}"), PromptMessage(role: .user, content: "{{a}} {{c}}"),
        ])
        #expect(prompt.variables == ["b", "a", "c"])
        let error = #expect(throws: APIError.self) { try prompt.render(["a": "", "z": "", "d": ""]) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.errors.map(\.field) == ["variables.b", "variables.c", "variables.d", "variables.z"])
        #expect(try prompt.render(["a": "1", "b": "2", "c": ""]).map(\.content) == ["2", "1 "])
    }

    @Test("a template that would make much of a little is refused before it is filled in")
    func bound() throws {
        let prompt = try ParsedPrompt([PromptMessage(role: .user, content: String(repeating: "{{a}}", count: 50_000))])
        let error = #expect(throws: APIError.self) {
            try prompt.render(["a": String(repeating: "x", count: 1_000_000)])
        }
        #expect(error?.errors.map(\.field) == ["variables"])
    }

    @Test("every template of the platform can be read")
    func platform() throws {
        for (name, template) in PlatformPrompts.all {
            try PromptName.check(name)
            #expect(try !ParsedPrompt(template.messages).variables.isEmpty)
        }
    }
}
