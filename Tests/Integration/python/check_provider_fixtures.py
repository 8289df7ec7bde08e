"""Holds the fixtures of the providers' conformance suite against the types of the vendors' own clients from PyPI.

The one argument is the folder of fixtures. Every request that an adapter writes must be one that the vendor's client
could have sent, every answer and every event of a stream one that it can read. Prints one line for each kind.
"""

import base64
import json
import pathlib
import sys
import typing

import pydantic


def main(folder: pathlib.Path) -> None:
    checks = {
        "openai": openai_like, "azure-openai": openai_like, "openai-compatible": openai_like,
        "anthropic": anthropic, "google-gemini": gemini, "mistral": mistral, "cohere": cohere, "aws-bedrock": bedrock,
    }
    for kind in sorted(path.name for path in folder.iterdir() if path.is_dir()):
        if kind not in checks:
            print(f"skip {kind}: it has no client")
            continue
        checks[kind](Folder(folder / kind))
        print(f"ok {kind}")


class Folder:
    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def named(self, prefix: str):
        for path in sorted(self.path.glob(f"{prefix}*")):
            if ".neutral." not in path.name:
                yield path

    def requests(self):
        for path in self.named("request-"):
            body = json.loads(path.read_text())
            if "unsupported" not in body:
                yield path, body

    def answers(self):
        for path in self.named("answer-"):
            yield path, json.loads(path.read_text())

    def events(self):
        for path in self.named("stream-"):
            for line in path.read_text().splitlines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    yield path, json.loads(line[6:])


def check(path: pathlib.Path, validate: typing.Callable, value) -> None:
    try:
        validate(value)
    except Exception as error:
        raise SystemExit(f"{path}: {error}") from error


def strict(kind) -> typing.Callable:
    """Refuses members that the type does not have."""
    adapter = pydantic.TypeAdapter(kind)
    return lambda value: adapter.validate_python(value, extra="forbid")


def openai_like(folder: Folder) -> None:
    from openai.types.chat import ChatCompletion, ChatCompletionChunk
    from openai.types.chat.completion_create_params import CompletionCreateParams
    from openai.types import CreateEmbeddingResponse

    is_copy = folder.path.name == "openai-compatible"
    for path, body in folder.requests():
        if is_copy:
            # Copies know more members than the original.
            body.pop("top_k", None)
            for message in body["messages"]:
                message.pop("reasoning_content", None)
        check(path, strict(CompletionCreateParams), body)
    for path, body in folder.answers():
        if is_copy:
            for choice in body["choices"]:
                choice["message"].pop("reasoning_content", None)
        check(path, ChatCompletion.model_validate, body)
    for path, event in folder.events():
        if "error" not in event and event.get("object") and "content_filter" not in json.dumps(event):
            check(path, ChatCompletionChunk.model_validate, event)
    check(folder.path, CreateEmbeddingResponse.model_validate, json.loads((folder.path / "embeddings-answer.json").read_text()))


def anthropic(folder: Folder) -> None:
    from anthropic.types import Message, RawMessageStreamEvent
    from anthropic.types.message_create_params import MessageCreateParams

    for path, body in folder.requests():
        # The client's types are those of the version 2026-10-21, which has these no more.
        for name in ("temperature", "top_p", "top_k"):
            body.pop(name, None)
        check(path, strict(MessageCreateParams), body)
    for path, body in folder.answers():
        check(path, Message.model_validate, body)
    event_type = pydantic.TypeAdapter(RawMessageStreamEvent)
    for path, event in folder.events():
        if event["type"] not in ("ping", "error"):
            check(path, event_type.validate_python, event)


def gemini(folder: Folder) -> None:
    from google.genai import types

    def request(body) -> None:
        types.GenerateContentConfig.model_validate(
            {**body.get("generationConfig", {}), "tools": body.get("tools"), "toolConfig": body.get("toolConfig"),
             "systemInstruction": body.get("systemInstruction")})
        for content in body["contents"]:
            types.Content.model_validate(content)
        known = {"contents", "generationConfig", "tools", "toolConfig", "systemInstruction"}
        assert set(body) <= known, set(body) - known

    for path, body in folder.requests():
        check(path, request, body)
    for path, body in folder.answers():
        check(path, types.GenerateContentResponse.model_validate, body)
    for path, event in folder.events():
        if "error" not in event:
            check(path, types.GenerateContentResponse.model_validate, event)


def mistral(folder: Folder) -> None:
    from mistralai.client import models

    def request(body) -> None:
        made = models.ChatCompletionRequest.model_validate(body).model_dump(by_alias=True, exclude_unset=True)
        lost = set(body) - set(made)
        assert not lost, f"lost {lost}"
        for before, after in zip(body["messages"], made["messages"]):
            assert set(before) <= set(after), f"lost {set(before) - set(after)}"

    for path, body in folder.requests():
        check(path, request, body)
    for path, body in folder.answers():
        check(path, models.ChatCompletionResponse.model_validate, body)
    for path, event in folder.events():
        if event["object"] != "error":
            check(path, models.CompletionChunk.model_validate, event)


def cohere(folder: Folder) -> None:
    from cohere import types
    from cohere.core.unchecked_base_model import construct_type

    def known(kind, value) -> None:
        made = construct_type(type_=kind, object_=value)
        assert not isinstance(made, dict), f"nothing reads {value}"

    for path, body in folder.requests():
        for message in body["messages"]:
            check(path, lambda value: known(types.ChatMessageV2, value), message)
        for tool in body.get("tools", []):
            check(path, types.ToolV2.model_validate, tool)
    for path, body in folder.answers():
        check(path, types.AssistantMessageResponse.model_validate, body["message"])
        check(path, types.Usage.model_validate, body["usage"])


def bedrock(folder: Folder) -> None:
    import botocore.eventstream
    import botocore.loaders
    import botocore.model
    import botocore.parsers
    import botocore.validate

    service = botocore.model.ServiceModel(
        botocore.loaders.Loader().load_service_model("bedrock-runtime", "service-2"), "bedrock-runtime")
    operation = service.operation_model("Converse")
    validator = botocore.validate.ParamValidator()

    def request(body) -> None:
        report = validator.validate({**bytes_of(body), "modelId": "x"}, operation.input_shape)
        assert not report.has_errors(), report.generate_report()

    def bytes_of(value):
        if isinstance(value, dict):
            return {
                name: base64.b64decode(inner) if name in ("bytes", "redactedContent") else bytes_of(inner)
                for name, inner in value.items()}
        return [bytes_of(inner) for inner in value] if isinstance(value, list) else value

    parser = botocore.parsers.create_parser("rest-json")

    def answer(body) -> None:
        parsed = parser.parse(
            {"status_code": 200, "headers": {}, "body": json.dumps(body).encode()}, operation.output_shape)
        assert parsed["output"]["message"]["content"], parsed

    def stream(text) -> None:
        buffer = botocore.eventstream.EventStreamBuffer()
        buffer.add_data(base64.b64decode(text))
        names = [event.headers[":message-type"] for event in buffer]
        assert set(names) <= {"event", "exception"} and len(names) > 1, names

    for path, body in folder.requests():
        check(path, request, body)
    for path, body in folder.answers():
        check(path, answer, body)
    for path in folder.named("stream-"):
        check(path, stream, path.read_text())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
