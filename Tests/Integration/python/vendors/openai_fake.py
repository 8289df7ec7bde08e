"""The openai client, also as AzureOpenAI (FAKE_KIND is `azure-openai`), against the fakes."""

import os

import openai
from holds import KEY, SAID, TOOL_SCHEMA, URL, check, raises

azure = os.environ["FAKE_KIND"] == "azure-openai"


def client(key: str = KEY):
    if azure:
        return openai.AzureOpenAI(azure_endpoint=URL, api_key=key, api_version="2025-04-01-preview", max_retries=0)
    return openai.OpenAI(base_url=URL, api_key=key, max_retries=0)


def ask(**extra):
    arguments = dict(model="fake-chat", messages=[{"role": "user", "content": "hello out there"}])
    return client().chat.completions.create(**{**arguments, **extra})


answer = ask()
check("chat", answer.choices[0].message.content == SAID, answer)
check("usage", answer.usage.prompt_tokens == 4 and answer.usage.completion_tokens == 5, answer.usage)
check("a limit", ask(max_completion_tokens=2).choices[0].finish_reason == "length")
check("two answers", len(ask(n=2).choices) == 2)
chunks = list(ask(stream=True, stream_options={"include_usage": True}))
text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
check("stream", text == SAID, text)
check("usage of a stream", chunks[-1].usage.completion_tokens == 5 and not chunks[-1].choices, chunks[-1])
tools = [{"type": "function", "function": {"name": "look_up", "parameters": TOOL_SCHEMA}}]
call = ask(tools=tools).choices[0].message.tool_calls[0]
check("tool call", call.function.name == "look_up" and "hello out there" in call.function.arguments, call)
with client().chat.completions.stream(
    model="fake-chat", messages=[{"role": "user", "content": "hello out there"}], tools=tools
) as stream:
    final = stream.get_final_completion()
check("streamed tool call", final.choices[0].message.tool_calls[0].function.name == "look_up", final)
vectors = client().embeddings.create(model="fake-embedding", input=["one", "two"], dimensions=8)
check("embeddings", [len(item.embedding) for item in vectors.data] == [8, 8], vectors)
if os.environ["FAKE_KIND"] == "openai":
    response = client().responses.create(model="fake-chat", input="hello out there")
    check("response", response.output_text == SAID and response.usage.output_tokens == 5, response)
    events = list(client().responses.create(model="fake-chat", input="hello out there", stream=True))
    said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    check("streamed response", said == SAID and events[-1].response.output_text == SAID, events[-1])
    offered = [{"type": "function", "name": "look_up", "parameters": TOOL_SCHEMA, "strict": False}]
    with client().responses.stream(model="fake-chat", input="hello out there", tools=offered) as stream:
        item = stream.get_final_response().output[0]
    check("streamed tool call of a response", item.name == "look_up" and "hello out" in item.arguments, item)
raises("a wrong key", openai.AuthenticationError, lambda: client("wrong").chat.completions.create(
    model="fake-chat", messages=[{"role": "user", "content": "x"}]))
raises("a missing model", openai.NotFoundError, lambda: ask(model="missing-model"))
raises("no messages", openai.BadRequestError, lambda: ask(messages=[]))
check("a limit of requests", raises("429", openai.RateLimitError, lambda: ask(model="fault-429"))
      .response.headers["retry-after"] == "7")
raises("a failure", openai.InternalServerError, lambda: ask(model="fault-500"))
raises("an error in a stream", openai.APIError, lambda: list(ask(model="fault-event", stream=True)))
if azure:
    error = raises("a filtered prompt", openai.BadRequestError, lambda: ask(
        messages=[{"role": "user", "content": "some forbidden words"}]))
    check("its code", error.code == "content_filter", error.code)
