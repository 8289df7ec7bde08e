"""The openai client from PyPI against a gateway: chats and responses whole and streamed, tools, schemas, images,
embeddings, models, error classes.

Environment: ASTERISM_URL, ASTERISM_API_KEY, ASTERISM_POOR_KEY (a tenant whose budget is used up, optional),
ASTERISM_SLOW_KEY (a tenant with a rate of almost nothing, optional), ASTERISM_VIEWER_KEY (a key that may not use
models), ASTERISM_MODEL (default: fake-chat), ASTERISM_EMBEDDING_MODEL (default: fake-embedding; empty: the provider
has none), ASTERISM_FAULTS (models `fault-STATUS` fail with that status at the provider, `fault-page` with a page of
HTML, and so do those whose names begin with the embedding model's; optional), ASTERISM_NATIVE (dialects that the
provider speaks itself), ASTERISM_MEANT (statuses of its own meaning). Prints one line for each thing that holds
(`areas.py`); ends with another status than 0 when one does not.
"""

import json
import os

import openai
from areas import area, check, expect

MODEL = os.environ.get("ASTERISM_MODEL", "fake-chat")
EMBEDDING_MODEL = os.environ.get("ASTERISM_EMBEDDING_MODEL", "fake-embedding")
NATIVE = set(os.environ.get("ASTERISM_NATIVE", "").split(","))
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
    area("chat")
    answer = ours.chat.completions.create(**hello())
    check("chat", answer.choices[0].message.content == "You said: hello out there", answer)
    check("usage", answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens == 5, answer.usage)
    limited = ours.chat.completions.create(**hello(max_tokens=2))
    check("a limit holds", limited.choices[0].finish_reason == "length", limited)
    raw = ours.chat.completions.with_raw_response.create(**hello())
    check("request id", bool(raw.headers.get("x-request-id")), raw.headers)


def streams(ours: openai.OpenAI) -> None:
    area("streams")
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
    area("tools")
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
    area("JSON schema")
    schema = {"type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": SCHEMA}}
    formed = ours.chat.completions.create(**hello(response_format=schema))
    check("an answer of that form", bool(json.loads(formed.choices[0].message.content)), formed)
    area("images")
    parts = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "text", "text": "what is it"},
    ]
    seen = ours.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": parts}])
    check("an image in a question", "what is it" in seen.choices[0].message.content, seen)


def responses(ours: openai.OpenAI) -> None:
    area("responses")
    answer = ours.responses.create(model=MODEL, input="hello out there")
    check("response", "hello out there" in answer.output_text and answer.status == "completed", answer)
    # What is stored is the vendor's matter where it answers itself.
    stores_nothing = answer.store is False or "responses" in NATIVE
    check("nothing is stored", stores_nothing and answer.id.startswith("resp_"), answer)
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
    area("responses")
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
    area("responses")
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
    area("embeddings")
    if not EMBEDDING_MODEL:
        return
    answer = ours.embeddings.create(model=EMBEDDING_MODEL, input=["one two", "three"])
    check("embeddings", len(answer.data) == 2 and len(answer.data[0].embedding) == 256, len(answer.data))
    floats = ours.embeddings.create(model=EMBEDDING_MODEL, input="one two", encoding_format="float")
    near = max(abs(a - b) for a, b in zip(floats.data[0].embedding, answer.data[0].embedding))
    check("embeddings as floats", near < 1e-6, near)


def models(ours: openai.OpenAI) -> None:
    area("models")
    names = [model.id for model in ours.models.list()]
    check("models", MODEL in names, names)
    check("model", ours.models.retrieve(MODEL).id == MODEL, None)


def errors(ours: openai.OpenAI) -> None:
    area("error 401")
    expect("a wrong key", openai.AuthenticationError, lambda: client("sk-wrong").models.list(), 401)
    area("error 403")
    viewer = client(os.environ["ASTERISM_VIEWER_KEY"])
    expect("a key that may not", openai.PermissionDeniedError, lambda: viewer.chat.completions.create(**hello()), 403)
    expect("nor embed", openai.PermissionDeniedError, lambda: viewer.embeddings.create(model="m", input="x"), 403)
    area("error 404")
    expect(
        "an unknown model",
        openai.NotFoundError,
        lambda: ours.chat.completions.create(**{**hello(), "model": "nobody-has-this"}),
        404,
        lambda raised: raised.code == "model_not_found",
    )
    area("error 400")
    expect("a bad request", openai.BadRequestError, lambda: ours.chat.completions.create(**hello(max_tokens=-1)), 400)
    expect(
        "a provider's refusal",
        openai.BadRequestError,
        lambda: ours.chat.completions.create(model=MODEL, messages=openai.NOT_GIVEN, extra_body={"messages": None}),
    )


# What a provider answers: the class that the client raises, and the status that it sees. A provider's refusal of the
# gateway's credentials is not a refusal of the client's.
FAULTS = {
    "400": (openai.BadRequestError, 400),
    "401": (openai.InternalServerError, 502),
    "403": (openai.InternalServerError, 502),
    "404": (openai.NotFoundError, 404),
    "408": (openai.APIStatusError, 408),
    "409": (openai.ConflictError, 409),
    "413": (openai.APIStatusError, 413),
    "422": (openai.UnprocessableEntityError, 422),
    "429": (openai.RateLimitError, 429),
    "500": (openai.InternalServerError, 502),
    "502": (openai.InternalServerError, 502),
    "503": (openai.InternalServerError, 502),
    "529": (openai.InternalServerError, 503),
    "page": (openai.InternalServerError, 502),
}
# What a vendor means otherwise, such as `408=504` where 408 says that the model took too long.
for fault, seen in (pair.split("=") for pair in filter(None, os.environ.get("ASTERISM_MEANT", "").split(","))):
    FAULTS[fault] = (openai.InternalServerError, int(seen))


def faults(ours: openai.OpenAI) -> None:
    if "ASTERISM_FAULTS" not in os.environ:
        return
    for fault, (error, status) in FAULTS.items():
        area(f"error {'502' if fault == 'page' else fault}")
        model = f"fault-{fault}"
        faulty = {**hello(), "model": model}
        expect(f"a provider's {fault}", error, lambda: ours.chat.completions.create(**faulty), status)
        expect(
            f"a provider's {fault}, streamed",
            error,
            lambda: list(ours.chat.completions.create(**faulty, stream=True)),
            status,
        )
        expect(
            f"a provider's {fault} to a response", error, lambda: ours.responses.create(model=model, input="x"), status
        )
        if EMBEDDING_MODEL:
            expect(
                f"a provider's {fault} to an embedding",
                error,
                lambda: ours.embeddings.create(model=f"{EMBEDDING_MODEL}-{model}", input="x"),
                status,
            )


def refusals() -> None:
    if key := os.environ.get("ASTERISM_POOR_KEY"):
        area("error 402")
        expect(
            "an exhausted budget",
            openai.APIStatusError,
            lambda: client(key).chat.completions.create(**hello()),
            402,
            lambda raised: raised.code == "budget_exhausted",
        )
    if key := os.environ.get("ASTERISM_SLOW_KEY"):
        area("error 429")

        def hurry() -> None:
            for _ in range(10):
                client(key).models.list()

        limited = lambda raised: raised.code == "rate_limit_exceeded"  # noqa: E731
        expect("too many requests", openai.RateLimitError, hurry, 429, limited)


main()
