"""The anthropic client against the fake."""

import anthropic
from holds import KEY, SAID, TOOL_SCHEMA, URL, check, raises


def client(key: str = KEY) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=URL, api_key=key, max_retries=0)


ASK = dict(model="fake-chat", max_tokens=100, messages=[{"role": "user", "content": "hello out there"}])


def ask(**extra):
    return client().messages.create(**{**ASK, **extra})


answer = ask()
check("message", answer.content[0].text == SAID and answer.stop_reason == "end_turn", answer)
check("usage", answer.usage.input_tokens == 4 and answer.usage.output_tokens == 5, answer.usage)
check("a limit", ask(max_tokens=2).stop_reason == "max_tokens")
check("a system prompt counts", ask(system="be brief").usage.input_tokens == 7)
known = ask(model="cached-chat").usage
check("what was cached", known.input_tokens == 1 and known.cache_read_input_tokens == 3, known)
thinking = ask(model="thinking-chat")
check("thoughts", thinking.content[0].thinking == "Let me think." and thinking.content[0].signature, thinking)
with client().messages.stream(**ASK) as stream:
    text = "".join(stream.text_stream)
    final = stream.get_final_message()
check("stream", text == SAID and final.stop_reason == "end_turn", final)
check("usage of a stream", final.usage.output_tokens == 5 and final.usage.input_tokens == 4, final.usage)
with client().messages.stream(**{**ASK, "model": "thinking-chat"}) as stream:
    final = stream.get_final_message()
check("streamed thoughts", final.content[0].thinking == "Let me think." and final.content[0].signature, final)
tools = [{"name": "look_up", "input_schema": TOOL_SCHEMA}]
call = ask(tools=tools).content[0]
check("tool call", call.type == "tool_use" and call.input == {"input": "hello out there"}, call)
with client().messages.stream(**ASK, tools=tools) as stream:
    final = stream.get_final_message()
check("streamed tool call", final.content[0].input == {"input": "hello out there"}, final)
result = ask(tools=tools, messages=ASK["messages"] + [
    {"role": "assistant", "content": [{"type": "tool_use", "id": call.id, "name": "look_up", "input": {}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "open"}]}])
check("tool result", result.content[0].text == "You said: open", result)
raises("a wrong key", anthropic.AuthenticationError, lambda: client("wrong").messages.create(**ASK))
raises("a missing model", anthropic.NotFoundError, lambda: ask(model="missing-model"))
raises("an empty text", anthropic.BadRequestError, lambda: ask(
    messages=[{"role": "user", "content": [{"type": "text", "text": ""}]}]))
raises("429", anthropic.RateLimitError, lambda: ask(model="fault-429"))
raises("a failure", anthropic.InternalServerError, lambda: ask(model="fault-500"))
raises("an error in a stream", anthropic.APIStatusError, lambda: list(ask(model="fault-event", stream=True)))
