"""boto3 against the fake: signatures, Converse, the event stream, InvokeModel, exceptions."""

import json

import boto3
import botocore.config
import botocore.exceptions
from holds import KEY, SAID, TOOL_SCHEMA, URL, check, raises


def client(key: str = KEY):
    access, secret, *token = key.split(":")
    return boto3.client(
        "bedrock-runtime", endpoint_url=URL, region_name="us-east-1", aws_access_key_id=access,
        aws_secret_access_key=secret, aws_session_token=token[0] if token else None,
        config=botocore.config.Config(retries={"max_attempts": 0}))


ours = client()
TURN = [{"role": "user", "content": [{"text": "hello out there"}]}]
MODEL = "eu.fake.chat-v1:0"


def ask(model: str = MODEL, **extra):
    return ours.converse(**{"modelId": model, "messages": TURN, **extra})


answer = ask()
check("converse", answer["output"]["message"]["content"][0]["text"] == SAID, answer)
check("usage", answer["usage"]["inputTokens"] == 4 and answer["usage"]["outputTokens"] == 5, answer["usage"])
check("a limit", ask(inferenceConfig={"maxTokens": 2})["stopReason"] == "max_tokens")
check("instructions count", ask(system=[{"text": "be brief"}])["usage"]["inputTokens"] == 7)
check("an ARN", ask("arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.fake")["stopReason"] == "end_turn")
events = list(ours.converse_stream(modelId=MODEL, messages=TURN)["stream"])
text = "".join(event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event)
check("stream", text == SAID, events)
check("usage of a stream", events[-1]["metadata"]["usage"]["outputTokens"] == 5, events[-1])
tools = {"tools": [{"toolSpec": {"name": "look_up", "inputSchema": {"json": TOOL_SCHEMA}}}]}
call = ask(toolConfig=tools)["output"]["message"]["content"][0]["toolUse"]
check("tool call", call["input"] == {"input": "hello out there"}, call)
thinking = ask("thinking-chat")["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]
check("thoughts", thinking["text"] == "Let me think." and thinking["signature"], thinking)
made = ours.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=json.dumps({"inputText": "one", "dimensions": 8}))
check("embeddings", len(json.loads(made["body"].read())["embedding"]) == 8)
refused = botocore.exceptions.ClientError
error = raises("a wrong secret", refused, lambda: client(KEY.split(":")[0] + ":wrong").converse(
    modelId=MODEL, messages=TURN))
check("its name", error.response["Error"]["Code"] == "UnrecognizedClientException", error.response)
raises("a missing model", ours.exceptions.ResourceNotFoundException, lambda: ask("missing-model"))
raises("429", ours.exceptions.ThrottlingException, lambda: ask("fault-429"))
raises("a failure", ours.exceptions.InternalServerException, lambda: ask("fault-500"))
raises("an error in a stream", botocore.exceptions.EventStreamError, lambda: list(
    ours.converse_stream(modelId="fault-event", messages=TURN)["stream"]))
temporary = client(KEY + ":token")
check("a session token is held against the key", True) if len(KEY.split(":")) > 2 else raises(
    "a session token that is not the key's", refused, lambda: temporary.converse(modelId=MODEL, messages=TURN))
