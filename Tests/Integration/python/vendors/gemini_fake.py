"""The google-genai client against the fake."""

from google import genai
from google.genai import errors, types
from holds import KEY, SAID, TOOL_SCHEMA, URL, check, raises


def client(key: str = KEY) -> genai.Client:
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=URL))


ours = client()


def ask(model: str = "fake-chat", contents="hello out there", **config):
    return ours.models.generate_content(
        model=model, contents=contents, config=types.GenerateContentConfig(**config))


answer = ask()
check("content", answer.text == SAID and answer.candidates[0].finish_reason.name == "STOP", answer)
usage = answer.usage_metadata
check("usage", usage.prompt_token_count == 4 and usage.candidates_token_count == 5, usage)
check("a limit", ask(max_output_tokens=2).candidates[0].finish_reason.name == "MAX_TOKENS")
check("instructions count", ask(system_instruction="be brief").usage_metadata.prompt_token_count == 7)
check("two answers", len(ask(candidate_count=2).candidates) == 2)
thinking = ask("thinking-chat")
check("thoughts", thinking.candidates[0].content.parts[0].thought is True, thinking)
check("thoughts are counted apart", thinking.usage_metadata.thoughts_token_count == 3, thinking.usage_metadata)
chunks = list(ours.models.generate_content_stream(model="fake-chat", contents="hello out there"))
check("stream", "".join(chunk.text for chunk in chunks) == SAID, chunks)
check("usage of a stream", chunks[-1].usage_metadata.candidates_token_count == 5, chunks[-1])
tools = [types.Tool(function_declarations=[
    types.FunctionDeclaration(name="look_up", parameters_json_schema=TOOL_SCHEMA)])]
call = ask(tools=tools).function_calls[0]
check("tool call", call.name == "look_up" and call.args == {"input": "hello out there"}, call)
vectors = ours.models.embed_content(
    model="fake-embedding", contents=["one", "two"], config=types.EmbedContentConfig(output_dimensionality=8))
check("embeddings", [len(item.values) for item in vectors.embeddings] == [8, 8], vectors)
stranger = client("wrong")
raises("a wrong key", errors.ClientError, lambda: stranger.models.generate_content(model="fake-chat", contents="x"))
check("a missing model", raises("404", errors.ClientError, lambda: ask("missing-model")).code == 404)
check("a limit of requests", raises("429", errors.ClientError, lambda: ask("fault-429")).code == 429)
raises("a failure", errors.ServerError, lambda: ask("fault-500"))
raises("an error in a stream", errors.ServerError, lambda: list(
    ours.models.generate_content_stream(model="fault-event", contents="x")))
