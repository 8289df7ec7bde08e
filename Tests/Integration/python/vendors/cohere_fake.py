"""The cohere client against the fake."""

import cohere
from cohere.core.api_error import ApiError
from holds import KEY, SAID, TOOL_SCHEMA, URL, check, raises


def client(key: str = KEY) -> cohere.ClientV2:
    return cohere.ClientV2(api_key=key, base_url=URL)


ours = client()
TURN = [{"role": "user", "content": "hello out there"}]
ONCE = {"max_retries": 0}


def ask(**extra):
    return ours.chat(**{"model": "fake-chat", "messages": TURN, "request_options": ONCE, **extra})


answer = ask()
check("chat", answer.message.content[0].text == SAID and answer.finish_reason == "COMPLETE", answer)
billed = answer.usage.billed_units
check("usage", billed.input_tokens == 4 and billed.output_tokens == 5, answer.usage)
check("a limit", ask(max_tokens=2).finish_reason == "MAX_TOKENS")
thinking = ask(model="thinking-chat").message.content
check("thoughts", thinking[0].thinking == "Let me think." and thinking[1].text == SAID, thinking)
events = list(ours.chat_stream(model="fake-chat", messages=TURN))
text = "".join(event.delta.message.content.text for event in events if event.type == "content-delta")
check("stream", text == SAID, events)
end = events[-1]
check("usage of a stream", end.type == "message-end" and end.delta.usage.billed_units.output_tokens == 5, end)
tools = [{"type": "function", "function": {"name": "look_up", "parameters": TOOL_SCHEMA}}]
call = ask(tools=tools).message
check("tool call", call.tool_calls[0].function.name == "look_up" and call.tool_plan, call)
kinds = [event.type for event in ours.chat_stream(model="fake-chat", messages=TURN, tools=tools)]
check("streamed tool call", kinds == [
    "message-start", "tool-plan-delta", "tool-call-start", "tool-call-delta", "tool-call-end", "message-end"], kinds)
vectors = ours.embed(
    model="fake-embedding", texts=["one", "two"], input_type="search_document", embedding_types=["float"],
    output_dimension=8)
check("embeddings", [len(vector) for vector in vectors.embeddings.float_] == [8, 8], vectors)
check("a wrong key", raises("401", ApiError, lambda: client("wrong").chat(
    model="fake-chat", messages=TURN, request_options=ONCE)).status_code == 401)
check("a missing model", raises("404", ApiError, lambda: ask(model="missing-model")).status_code == 404)
check("a limit of requests", raises("429", ApiError, lambda: ask(model="fault-429")).status_code == 429)
check("a failure", raises("500", ApiError, lambda: ask(model="fault-500")).status_code == 500)
