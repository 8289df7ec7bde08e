"""The mistralai client against the fake."""

from holds import KEY, SAID, TOOL_SCHEMA, URL, check, raises
from mistralai.client import Mistral, errors


def client(key: str = KEY) -> Mistral:
    return Mistral(api_key=key, server_url=URL)


ours = client()
TURN = [{"role": "user", "content": "hello out there"}]


def ask(**extra):
    return ours.chat.complete(**{"model": "fake-chat", "messages": TURN, **extra})


answer = ask()
check("chat", answer.choices[0].message.content == SAID, answer)
check("usage", answer.usage.prompt_tokens == 4 and answer.usage.completion_tokens == 5, answer.usage)
check("a limit", ask(max_tokens=2).choices[0].finish_reason == "length")
thinking = ask(model="thinking-chat").choices[0].message.content
check("thoughts", thinking[0].thinking[0].text == "Let me think." and thinking[1].text == SAID, thinking)
chunks = [event.data for event in ours.chat.stream(model="fake-chat", messages=TURN)]
check("stream", "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SAID, chunks)
check("usage of a stream", chunks[-1].usage.completion_tokens == 5, chunks[-1])
tools = [{"type": "function", "function": {"name": "look_up", "parameters": TOOL_SCHEMA}}]
call = ask(tools=tools, tool_choice="any").choices[0].message.tool_calls[0]
check("tool call", call.function.name == "look_up" and len(call.id) == 9, call)
vectors = ours.embeddings.create(model="fake-embedding", inputs=["one", "two"], output_dimension=8)
check("embeddings", [len(item.embedding) for item in vectors.data] == [8, 8], vectors)
error = errors.MistralError
check("a wrong key", raises("401", error, lambda: client("wrong").chat.complete(
    model="fake-chat", messages=TURN)).status_code == 401)
check("a missing model", raises("404", error, lambda: ask(model="missing-model")).status_code == 404)
check("a limit of requests", raises("429", error, lambda: ask(model="fault-429")).status_code == 429)
check("a failure", raises("500", error, lambda: ask(model="fault-500")).status_code == 500)
check("a long id", raises("400", error, lambda: ask(messages=TURN + [
    {"role": "tool", "content": "x", "tool_call_id": "much-too-long"}])).status_code == 400)
