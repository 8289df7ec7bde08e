"""The anthropic client from PyPI against a gateway: messages whole and streamed, tools, schemas, images, error classes.

Environment: ASTERISM_URL, ASTERISM_API_KEY, ASTERISM_POOR_KEY (a tenant whose budget is used up, optional),
ASTERISM_SLOW_KEY (a tenant with a rate of almost nothing, optional), ASTERISM_MODEL (default: fake-chat),
ASTERISM_FAULTS (models `fault-STATUS` fail with that status at the provider, optional). Prints one line for each thing
that holds; ends with another status than 0 when one does not.
"""

import json
import os
import sys

import anthropic

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

def client(key: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=os.environ["ASTERISM_URL"], api_key=key, max_retries=0, timeout=30)


def main() -> None:
    ours = client(os.environ["ASTERISM_API_KEY"])
    messages(ours)
    streams(ours)
    tools(ours)
    shapes(ours)
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
    # Newer clients have no member for the temperature any more; the interface has.
    system = ours.messages.create(
        **hello(system=[{"type": "text", "text": "be brief"}], extra_body={"temperature": 0.5, "top_p": 0.9})
    )
    check("system, temperature", bool(text(system)), system)
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    formed = ours.messages.create(**hello(output_config={"format": {"type": "json_schema", "schema": schema}}))
    check("JSON schema", bool(text(formed)), formed)
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    seen = ours.messages.create(
        **hello(messages=[{"role": "user", "content": [image, {"type": "text", "text": "what is it"}]}])
    )
    check("image", "what is it" in text(seen), seen)


def errors(ours: anthropic.Anthropic) -> None:
    expect("a wrong key", anthropic.AuthenticationError, lambda: client("sk-wrong").messages.create(**hello()))
    expect("an unknown model", anthropic.NotFoundError, lambda: ours.messages.create(**hello(model="nobody-has-this")))
    expect("a bad request", anthropic.BadRequestError, lambda: ours.messages.create(**hello(max_tokens=-1)))
    expect("no messages", anthropic.BadRequestError, lambda: ours.messages.create(**hello(messages=[])))
    expect(
        "a tool of the vendor's",
        anthropic.BadRequestError,
        lambda: ours.messages.create(**hello(tools=[{"type": "web_search_20250305", "name": "web_search"}])),
        unless=MODEL.startswith("claude"),
    )


def faults(ours: anthropic.Anthropic) -> None:
    if "ASTERISM_FAULTS" not in os.environ:
        return
    classes = {
        400: anthropic.BadRequestError,
        409: anthropic.ConflictError,
        422: anthropic.UnprocessableEntityError,
        429: anthropic.RateLimitError,
        500: anthropic.InternalServerError,
        529: anthropic.InternalServerError,
    }
    for status, error in classes.items():
        expect(f"a provider's {status}", error, lambda: ours.messages.create(**hello(model=f"fault-{status}")))

        def read() -> None:
            for _ in ours.messages.create(**hello(model=f"fault-{status}", stream=True)):
                pass

        expect(f"a provider's {status}, streamed", error, read)


def refusals() -> None:
    if key := os.environ.get("ASTERISM_POOR_KEY"):
        expect("an exhausted budget", anthropic.APIStatusError, lambda: client(key).messages.create(**hello()))
    if key := os.environ.get("ASTERISM_SLOW_KEY"):

        def hurry() -> None:
            for _ in range(10):
                client(key).messages.create(**hello())

        expect("too many requests", anthropic.RateLimitError, hurry)


def expect(what: str, error: type, action, unless: bool = False) -> None:
    if unless:
        return
    try:
        action()
    except error as raised:
        body = raised.body
        check(what, isinstance(body, dict) and body.get("type") == "error" and body["error"]["message"], raised)
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
