"""The openai client from PyPI against a gateway: chats and responses whole and streamed, tools, schemas, images,
embeddings, models, error classes.

Environment: ASTERISM_URL, ASTERISM_API_KEY, ASTERISM_POOR_KEY (a tenant whose budget is used up, optional),
ASTERISM_SLOW_KEY (a tenant with a rate of almost nothing, optional), ASTERISM_MODEL (default: fake-chat),
ASTERISM_EMBEDDING_MODEL (default: fake-embedding; empty: the provider has none), ASTERISM_FAULTS (models `fault-STATUS`
fail with that status at the provider, optional), ASTERISM_WITHOUT (what the provider has no words for: `limit`,
`schema`, `image`). Prints one line for each thing that holds; ends with another status than 0 when one does not.
"""

import json
import os
import sys

import openai


MODEL = os.environ.get("ASTERISM_MODEL", "fake-chat")
EMBEDDING_MODEL = os.environ.get("ASTERISM_EMBEDDING_MODEL", "fake-embedding")
WITHOUT = set(os.environ.get("ASTERISM_WITHOUT", "").split(","))
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


def client(key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=os.environ["ASTERISM_URL"] + "/v1", api_key=key, max_retries=0, timeout=30)


def main() -> None:
    ours = client(os.environ["ASTERISM_API_KEY"])
    chats(ours)
    streams(ours)
    tools(ours)
    shapes(ours)
    responses(ours)
    response_streams(ours)
    response_tools(ours)
    embeddings(ours)
    models(ours)
    errors(ours)
    faults(ours)
    refusals()


def hello(**extra):
    return dict(model=MODEL, messages=[{"role": "user", "content": "hello out there"}], **extra)


def chats(ours: openai.OpenAI) -> None:
    answer = ours.chat.completions.create(**hello())
    check("chat", answer.choices[0].message.content == "You said: hello out there", answer)
    check("usage", answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens == 5, answer.usage)
    limited = ours.chat.completions.create(**hello(max_tokens=2))
    check("a limit holds", limited.choices[0].finish_reason == "length", limited)
    raw = ours.chat.completions.with_raw_response.create(**hello())
    check("request id", bool(raw.headers.get("x-request-id")), raw.headers)


def streams(ours: openai.OpenAI) -> None:
    text = ""
    for chunk in ours.chat.completions.create(**hello(stream=True)):
        text += chunk.choices[0].delta.content or ""
    check("stream", text == "You said: hello out there", text)
    chunks = list(ours.chat.completions.create(**hello(stream=True, stream_options={"include_usage": True})))
    check("usage at the end of a stream", chunks[-1].usage.completion_tokens == 5 and not chunks[-1].choices, chunks[-1])
    with ours.chat.completions.create(**hello(stream=True)) as early:
        next(iter(early))
    check("a stream that is left early", True, None)


def tools(ours: openai.OpenAI) -> None:
    offered = [
        {
            "type": "function",
            "function": {
                "name": "look_up",
                "parameters": {"type": "object", "properties": {"input": {"type": "string"}}},
            },
        }
    ]
    answer = ours.chat.completions.create(**hello(tools=offered))
    call = answer.choices[0].message.tool_calls[0]
    check("tool call", call.function.name == "look_up" and "hello" in call.function.arguments, answer)
    follow_up = ours.chat.completions.create(
        model=MODEL,
        tools=offered,
        messages=[
            {"role": "user", "content": "hello"},
            answer.choices[0].message.model_dump(exclude_none=True),
            {"role": "tool", "tool_call_id": call.id, "content": "found it"},
        ],
    )
    check("tool result", "found it" in follow_up.choices[0].message.content, follow_up)
    pieces = list(ours.chat.completions.create(**hello(tools=offered, stream=True)))
    check("streamed tool call", any(piece.choices[0].delta.tool_calls for piece in pieces), pieces)


def shapes(ours: openai.OpenAI) -> None:
    if "schema" not in WITHOUT:
        schema = {"type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": SCHEMA}}
        formed = ours.chat.completions.create(**hello(response_format=schema))
        check("JSON schema", bool(formed.choices[0].message.content), formed)
    if "image" not in WITHOUT:
        seen = ours.chat.completions.create(
            model=MODEL,
            messages=[
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
                        {"type": "text", "text": "what is it"},
                    ],
                }
            ],
        )
        check("image", "what is it" in seen.choices[0].message.content, seen)


def responses(ours: openai.OpenAI) -> None:
    answer = ours.responses.create(model=MODEL, input="hello out there")
    check("response", "hello out there" in answer.output_text and answer.status == "completed", answer)
    check("nothing is stored", answer.store is False and answer.id.startswith("resp_"), answer)
    check("usage of a response", answer.usage.input_tokens > 0 and answer.usage.total_tokens > 0, answer.usage)
    limited = ours.responses.create(model=MODEL, input="hello out there", max_output_tokens=2)
    reason = limited.incomplete_details and limited.incomplete_details.reason
    check("a response that is cut", limited.status == "incomplete" and reason == "max_output_tokens", limited)
    items = [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": [{"type": "input_text", "text": "hello out there"}]},
    ]
    several = ours.responses.create(model=MODEL, input=items, metadata={"ticket": "1"})
    check("a response to items", "hello" in several.output_text and several.metadata == {"ticket": "1"}, several)
    expect(
        "a response of earlier",
        openai.BadRequestError,
        lambda: ours.responses.create(model=MODEL, input="x", previous_response_id="resp_1"),
    )


def response_streams(ours: openai.OpenAI) -> None:
    with ours.responses.stream(model=MODEL, input="hello out there") as stream:
        streamed = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response()
    check("stream of a response", "hello out there" in streamed and final.output_text == streamed, streamed)
    check("usage of a streamed response", final.usage.output_tokens > 0, final.usage)
    events = list(ours.responses.create(model=MODEL, input="hello out there", stream=True))
    check(
        "order of a response's events",
        events[0].type == "response.created"
        and events[-1].type == "response.completed"
        and [event.sequence_number for event in events] == list(range(len(events))),
        events,
    )


def response_tools(ours: openai.OpenAI) -> None:
    parameters = {"type": "object", "properties": {"input": {"type": "string"}}}
    offered = [{"type": "function", "name": "look_up", "parameters": parameters, "strict": False}]
    asked = [{"role": "user", "content": "hello out there"}]
    answer = ours.responses.create(model=MODEL, input=asked, tools=offered)
    call = next(item for item in answer.output if item.type == "function_call")
    check("tool call of a response", call.name == "look_up" and "hello" in call.arguments, answer)
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "found it"}
    items = asked + [item.model_dump(exclude_none=True) for item in answer.output] + [result]
    follow_up = ours.responses.create(model=MODEL, input=items, tools=offered)
    check("tool result of a response", "found it" in follow_up.output_text, follow_up)
    with ours.responses.stream(model=MODEL, input=asked, tools=offered) as stream:
        final = stream.get_final_response()
    streamed = next(item for item in final.output if item.type == "function_call")
    check("streamed tool call of a response", json.loads(streamed.arguments) == json.loads(call.arguments), final)


def embeddings(ours: openai.OpenAI) -> None:
    if not EMBEDDING_MODEL:
        return
    answer = ours.embeddings.create(model=EMBEDDING_MODEL, input=["one two", "three"])
    check("embeddings", len(answer.data) == 2 and len(answer.data[0].embedding) == 256, len(answer.data))
    floats = ours.embeddings.create(model=EMBEDDING_MODEL, input="one two", encoding_format="float")
    near = max(abs(a - b) for a, b in zip(floats.data[0].embedding, answer.data[0].embedding))
    check("embeddings as floats", near < 1e-6, near)


def models(ours: openai.OpenAI) -> None:
    names = [model.id for model in ours.models.list()]
    check("models", MODEL in names, names)
    check("model", ours.models.retrieve(MODEL).id == MODEL, None)


def errors(ours: openai.OpenAI) -> None:
    expect("a wrong key", openai.AuthenticationError, lambda: client("sk-wrong").models.list())
    expect(
        "an unknown model",
        openai.NotFoundError,
        lambda: ours.chat.completions.create(**{**hello(), "model": "nobody-has-this"}),
        "model_not_found",
    )
    expect("a bad request", openai.BadRequestError, lambda: ours.chat.completions.create(**hello(max_tokens=-1)))
    expect(
        "a provider's refusal",
        openai.BadRequestError,
        lambda: ours.chat.completions.create(model=MODEL, messages=openai.NOT_GIVEN, extra_body={"messages": None}),
    )


def faults(ours: openai.OpenAI) -> None:
    if "ASTERISM_FAULTS" not in os.environ:
        return
    classes = {
        400: openai.BadRequestError,
        409: openai.ConflictError,
        422: openai.UnprocessableEntityError,
        429: openai.RateLimitError,
        500: openai.InternalServerError,
        529: openai.InternalServerError,
    }
    for status, error in classes.items():
        faulty = {**hello(), "model": f"fault-{status}"}
        expect(f"a provider's {status}", error, lambda: ours.chat.completions.create(**faulty))
        expect(
            f"a provider's {status}, streamed", error, lambda: list(ours.chat.completions.create(**faulty, stream=True))
        )
        expect(
            f"a provider's {status} to a response",
            error,
            lambda: ours.responses.create(model=f"fault-{status}", input="x"),
        )


def refusals() -> None:
    if key := os.environ.get("ASTERISM_POOR_KEY"):
        expect(
            "an exhausted budget",
            openai.APIStatusError,
            lambda: client(key).chat.completions.create(**hello()),
            "budget_exhausted",
        )
    if key := os.environ.get("ASTERISM_SLOW_KEY"):

        def hurry() -> None:
            for _ in range(10):
                client(key).models.list()

        expect("too many requests", openai.RateLimitError, hurry, "rate_limit_exceeded")


def expect(what: str, error: type, action, code: str | None = None) -> None:
    try:
        action()
    except error as raised:
        check(what, code is None or raised.code == code, raised)
    except Exception as raised:  # noqa: BLE001: any other class is the failure that is looked for
        check(what, False, repr(raised))
    else:
        check(what, False, "no error")


def check(what: str, holds: bool, found) -> None:
    print(("ok " if holds else "FAILED ") + what, flush=True)
    if not holds:
        print(found, file=sys.stderr)
        sys.exit(1)


main()
