"""The openai client from PyPI against a gateway: chat whole and streamed, tools, embeddings, models, error classes.

Environment: ASTERISM_URL, ASTERISM_API_KEY, ASTERISM_POOR_KEY (a tenant whose budget is used up, optional),
ASTERISM_SLOW_KEY (a tenant with a rate of almost nothing, optional). Prints one line for each thing that holds; ends
with another status than 0 when one does not.
"""

import os
import sys

import openai


def client(key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=os.environ["ASTERISM_URL"] + "/v1", api_key=key, max_retries=0, timeout=30)


def main() -> None:
    ours = client(os.environ["ASTERISM_API_KEY"])
    chats(ours)
    streams(ours)
    tools(ours)
    embeddings(ours)
    models(ours)
    errors(ours)
    refusals()


def hello(**extra):
    return dict(model="fake-chat", messages=[{"role": "user", "content": "hello out there"}], **extra)


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
        model="fake-chat",
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


def embeddings(ours: openai.OpenAI) -> None:
    answer = ours.embeddings.create(model="fake-embedding", input=["one two", "three"])
    check("embeddings", len(answer.data) == 2 and len(answer.data[0].embedding) == 256, len(answer.data))
    floats = ours.embeddings.create(model="fake-embedding", input="one two", encoding_format="float")
    near = max(abs(a - b) for a, b in zip(floats.data[0].embedding, answer.data[0].embedding))
    check("embeddings as floats", near < 1e-6, near)


def models(ours: openai.OpenAI) -> None:
    names = [model.id for model in ours.models.list()]
    check("models", "fake-chat" in names, names)
    check("model", ours.models.retrieve("fake-chat").id == "fake-chat", None)


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
        lambda: ours.chat.completions.create(model="fake-chat", messages=openai.NOT_GIVEN, extra_body={"messages": None}),
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
