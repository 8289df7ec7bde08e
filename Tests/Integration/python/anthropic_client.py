"""The anthropic client from PyPI against a gateway: messages whole and streamed, tools, schemas, images, error classes.

Environment: ASTERISM_URL, ASTERISM_API_KEY, ASTERISM_POOR_KEY (a tenant whose budget is used up, optional),
ASTERISM_SLOW_KEY (a tenant with a rate of almost nothing, optional), ASTERISM_VIEWER_KEY (a key that may not use
models), ASTERISM_MODEL (default: fake-chat), ASTERISM_FAULTS (models `fault-STATUS` fail with that status at the
provider, `fault-page` with a page of HTML; optional), ASTERISM_WITHOUT (what the provider has no words for:
`parallel`), ASTERISM_NATIVE (dialects that the provider speaks itself), ASTERISM_MEANT (statuses of its own meaning).
Prints one line for each thing that holds (`areas.py`); ends with another status than 0 when one does not.
"""

import json
import os

import anthropic
from areas import area, check
from areas import expect as expect_class

MODEL = os.environ.get("ASTERISM_MODEL", "fake-chat")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TOOLS = [
    {
        "name": "look_up",
        "description": "Looks something up.",
        "input_schema": {"type": "object", "properties": {"input": {"type": "string"}}},
    }
]

WITHOUT = set(os.environ.get("ASTERISM_WITHOUT", "").split(","))
NATIVE = set(os.environ.get("ASTERISM_NATIVE", "").split(","))


def client(key: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=os.environ["ASTERISM_URL"], api_key=key, max_retries=0, timeout=30)


def main() -> None:
    ours = client(os.environ["ASTERISM_API_KEY"])
    messages(ours)
    streams(ours)
    tools(ours)
    shapes(ours)
    betas(ours)
    errors(ours)
    faults(ours)
    refusals()


def hello(**extra):
    return {
        "model": MODEL,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "hello out there"}],
        **extra,
    }


def text(message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def messages(ours: anthropic.Anthropic) -> None:
    area("messages")
    answer = ours.messages.create(**hello())
    check("message", "hello out there" in text(answer) and answer.role == "assistant", answer)
    check("stop reason", answer.stop_reason == "end_turn" and answer.type == "message", answer)
    check("usage", answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0, answer.usage)
    limited = ours.messages.create(**hello(max_tokens=2))
    check("a limit holds", limited.stop_reason == "max_tokens", limited)
    raw = ours.messages.with_raw_response.create(**hello())
    check("request id", bool(raw.headers.get("request-id")), raw.headers)
    bearer = anthropic.Anthropic(
        base_url=os.environ["ASTERISM_URL"], auth_token=os.environ["ASTERISM_API_KEY"], api_key=None, max_retries=0
    )
    check("the key as a bearer's", "hello" in text(bearer.messages.create(**hello())), None)


def streams(ours: anthropic.Anthropic) -> None:
    area("streams")
    with ours.messages.stream(**hello()) as stream:
        streamed = "".join(stream.text_stream)
        final = stream.get_final_message()
    check("stream", "hello out there" in streamed and text(final) == streamed, streamed)
    check("usage of a stream", final.usage.input_tokens > 0 and final.usage.output_tokens > 0, final.usage)
    check("stop reason of a stream", final.stop_reason == "end_turn", final)
    kinds = [event.type for event in ours.messages.create(**hello(stream=True))]
    check("order of events", kinds[0] == "message_start" and kinds[-1] == "message_stop", kinds)
    with ours.messages.create(**hello(stream=True)) as early:
        next(iter(early))
    check("a stream that is left early", True, None)


def tools(ours: anthropic.Anthropic) -> None:
    area("tools")
    answer = ours.messages.create(**hello(tools=TOOLS))
    call = next(block for block in answer.content if block.type == "tool_use")
    check("tool call", call.name == "look_up" and "hello" in json.dumps(call.input), answer)
    check("stop reason of a tool call", answer.stop_reason == "tool_use", answer)
    follow_up = ours.messages.create(
        model=MODEL,
        max_tokens=100,
        tools=TOOLS,
        messages=[
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]},
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": call.id, "content": [{"type": "text", "text": "found it"}]}],
            },
        ],
    )
    check("tool result", "found it" in text(follow_up), follow_up)
    with ours.messages.stream(**hello(tools=TOOLS)) as stream:
        final = stream.get_final_message()
    streamed = next(block for block in final.content if block.type == "tool_use")
    check("streamed tool call", streamed.input == call.input and final.stop_reason == "tool_use", final)
    choice = {"type": "tool", "name": "look_up"}
    if "parallel" not in WITHOUT:
        choice["disable_parallel_tool_use"] = True
    forced = ours.messages.create(**hello(tools=TOOLS, tool_choice=choice))
    check("forced tool", any(block.type == "tool_use" for block in forced.content), forced)


def shapes(ours: anthropic.Anthropic) -> None:
    area("messages")
    # Later versions of the interface have no temperature any more; the first has.
    first = {"anthropic-version": "2023-06-01"}
    system = ours.messages.create(
        **hello(
            system=[{"type": "text", "text": "be brief"}],
            extra_body={"temperature": 0.5, "top_p": 0.9},
            extra_headers=first,
        )
    )
    check("system, temperature", bool(text(system)), system)
    area("JSON schema")
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    formed = ours.messages.create(**hello(output_config={"format": {"type": "json_schema", "schema": schema}}))
    check("an answer of that form", bool(json.loads(text(formed))), formed)
    area("images")
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    seen = ours.messages.create(
        **hello(messages=[{"role": "user", "content": [image, {"type": "text", "text": "what is it"}]}])
    )
    check("an image in a question", "what is it" in text(seen), seen)


def betas(ours: anthropic.Anthropic) -> None:
    """What of it reaches the provider is for who runs this to see."""
    area("betas")
    names = ["context-1m-2025-08-07", "interleaved-thinking-2025-05-14"]
    answer = ours.beta.messages.create(**hello(betas=names))
    check("experiments", "hello out there" in text(answer), answer)
    with ours.beta.messages.stream(**hello(betas=names)) as stream:
        check("experiments with a stream", "hello out there" in "".join(stream.text_stream), None)
    if "messages" in NATIVE:
        expect(
            "an experiment that the provider does not know",
            anthropic.BadRequestError,
            lambda: ours.beta.messages.create(**hello(betas=["unknown-2020-01-01"])),
            400,
        )
    expect(
        "what is no name of an experiment",
        anthropic.BadRequestError,
        lambda: ours.beta.messages.create(**hello(betas=["a;b"])),
        400,
    )
    expect(
        "what is no version",
        anthropic.BadRequestError,
        lambda: ours.messages.create(**hello(extra_headers={"anthropic-version": "latest"})),
        400,
    )


def errors(ours: anthropic.Anthropic) -> None:
    area("error 401")
    expect("a wrong key", anthropic.AuthenticationError, lambda: client("sk-wrong").messages.create(**hello()), 401)
    area("error 403")
    viewer = client(os.environ["ASTERISM_VIEWER_KEY"])
    expect("a key that may not", anthropic.PermissionDeniedError, lambda: viewer.messages.create(**hello()), 403)
    area("error 404")
    unknown = hello(model="nobody-has-this")
    expect("an unknown model", anthropic.NotFoundError, lambda: ours.messages.create(**unknown), 404)
    area("error 400")
    expect("a bad request", anthropic.BadRequestError, lambda: ours.messages.create(**hello(max_tokens=-1)), 400)
    expect("no messages", anthropic.BadRequestError, lambda: ours.messages.create(**hello(messages=[])), 400)
    if "messages" not in NATIVE:
        search = [{"type": "web_search_20250305", "name": "web_search"}]
        expect(
            "a tool of the vendor's",
            anthropic.BadRequestError,
            lambda: ours.messages.create(**hello(tools=search)),
            400,
        )


# What a provider answers: the class that the client raises, and the status that it sees. A provider's refusal of the
# gateway's credentials is not a refusal of the client's.
FAULTS = {
    "400": (anthropic.BadRequestError, 400),
    "401": (anthropic.InternalServerError, 502),
    "403": (anthropic.InternalServerError, 502),
    "404": (anthropic.NotFoundError, 404),
    "408": (anthropic.APIStatusError, 408),
    "409": (anthropic.ConflictError, 409),
    "413": (anthropic.APIStatusError, 413),
    "422": (anthropic.UnprocessableEntityError, 422),
    "429": (anthropic.RateLimitError, 429),
    "500": (anthropic.InternalServerError, 502),
    "502": (anthropic.InternalServerError, 502),
    "503": (anthropic.InternalServerError, 502),
    "529": (anthropic.APIStatusError, 529),
    "page": (anthropic.InternalServerError, 502),
}
# What a vendor means otherwise, such as `408=504` where 408 says that the model took too long.
for fault, seen in (pair.split("=") for pair in filter(None, os.environ.get("ASTERISM_MEANT", "").split(","))):
    FAULTS[fault] = (anthropic.InternalServerError, int(seen))


def faults(ours: anthropic.Anthropic) -> None:
    if "ASTERISM_FAULTS" not in os.environ:
        return
    for fault, (error, status) in FAULTS.items():
        area(f"error {'502' if fault == 'page' else fault}")
        faulty = hello(model=f"fault-{fault}")
        expect(f"a provider's {fault}", error, lambda: ours.messages.create(**faulty), status)

        def read() -> None:
            for _ in ours.messages.create(**faulty, stream=True):
                pass

        expect(f"a provider's {fault}, streamed", error, read, status)


def refusals() -> None:
    if key := os.environ.get("ASTERISM_POOR_KEY"):
        area("error 402")
        expect("an exhausted budget", anthropic.APIStatusError, lambda: client(key).messages.create(**hello()), 402)
    if key := os.environ.get("ASTERISM_SLOW_KEY"):
        area("error 429")

        def hurry() -> None:
            for _ in range(10):
                client(key).messages.create(**hello())

        expect("too many requests", anthropic.RateLimitError, hurry, 429)


def expect(what: str, error: type, action, status: int) -> None:
    """Every error says what it is in Anthropic's shape."""
    expect_class(what, error, action, status, lambda raised: said(raised.body))


def said(body) -> bool:
    return isinstance(body, dict) and body.get("type") == "error" and bool(body["error"]["message"])


main()
