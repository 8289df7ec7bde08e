"""Files and batches with the openai client from PyPI, against a gateway.

Environment: ASTERISM_URL, ASTERISM_API_KEY, ASTERISM_OTHER_KEY (another tenant), ASTERISM_MODEL (default: fake-chat),
ASTERISM_EMBEDDING_MODEL (default: fake-embedding; empty: the provider has none), ASTERISM_FAULTS (models `fault-STATUS`
fail with that status at the provider, optional). Prints one line for each thing that holds; ends with another status
than 0 when one does not.
"""

import io
import json
import os
import time

import openai
from areas import area, check, expect

MODEL = os.environ.get("ASTERISM_MODEL", "fake-chat")
EMBEDDING_MODEL = os.environ.get("ASTERISM_EMBEDDING_MODEL", "fake-embedding")


def client(key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=os.environ["ASTERISM_URL"] + "/v1", api_key=key, max_retries=0, timeout=30)


def main() -> None:
    ours = client(os.environ["ASTERISM_API_KEY"])
    stranger = client(os.environ["ASTERISM_OTHER_KEY"])
    area("batch")
    file = upload(ours, [request(f"r{number}", f"hello {number}") for number in range(12)] + [request("bad", "x", "none")])
    check("file", file.object == "file" and file.purpose == "batch" and file.bytes > 0, file)
    check("a file is found again", ours.files.retrieve(file.id).id == file.id, file.id)
    check("files are listed", file.id in [one.id for one in ours.files.list()], file.id)
    batch = run(ours, file.id)
    check("completed", batch.status == "completed", batch)
    counts = batch.request_counts
    check("counts", (counts.total, counts.completed, counts.failed) == (13, 12, 1), counts)
    check("metadata", batch.metadata == {"kind": "test"}, batch.metadata)
    results = read(ours, batch.output_file_id)
    check("results", sorted(results) == sorted(f"r{number}" for number in range(12)), sorted(results))
    answer = openai.types.chat.ChatCompletion.model_validate(results["r3"]["response"]["body"])
    check("an answer", answer.choices[0].message.content == "You said: hello 3", answer)
    check("usage", answer.usage.completion_tokens == 4, answer.usage)
    check("errors", read(ours, batch.error_file_id)["bad"]["response"]["status_code"] == 404, batch)
    check("batches are listed", batch.id in [one.id for one in ours.batches.list(limit=1)], batch.id)
    embeddings(ours)
    other_endpoints(ours)
    faults(ours)
    area("batch")
    wrong_lines(ours)
    cancelled(ours)
    strangers(stranger, file.id, batch.id)
    check("a file is deleted", ours.files.delete(file.id).deleted, file.id)
    expect("a deleted file is gone", openai.NotFoundError, lambda: ours.files.content(file.id))


def request(custom_id: str, content: str, model: str = MODEL) -> dict:
    body = {"model": model, "messages": [{"role": "user", "content": content}]}
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body}


def upload(ours: openai.OpenAI, lines: list):
    text = "\n".join(json.dumps(line) for line in lines)
    return ours.files.create(file=("requests.jsonl", io.BytesIO(text.encode())), purpose="batch")


def run(ours: openai.OpenAI, file: str, endpoint: str = "/v1/chat/completions"):
    batch = ours.batches.create(
        input_file_id=file, endpoint=endpoint, completion_window="24h", metadata={"kind": "test"}
    )
    return ended(ours, batch.id)


def ended(ours: openai.OpenAI, batch: str):
    for _ in range(600):
        found = ours.batches.retrieve(batch)
        if found.status in ("completed", "failed", "expired", "cancelled"):
            return found
        time.sleep(0.05)
    raise SystemExit(f"not ended: {found}")


def read(ours: openai.OpenAI, file: str) -> dict:
    lines = [json.loads(line) for line in ours.files.content(file).text.splitlines()]
    return {line["custom_id"]: line for line in lines}


def embeddings(ours: openai.OpenAI) -> None:
    area("batch of embeddings")
    if not EMBEDDING_MODEL:
        return
    body = {"model": EMBEDDING_MODEL, "input": ["a", "b"]}
    file = upload(ours, [{"custom_id": "e", "method": "POST", "url": "/v1/embeddings", "body": body}])
    batch = run(ours, file.id, "/v1/embeddings")
    answer = openai.types.CreateEmbeddingResponse.model_validate(
        read(ours, batch.output_file_id)["e"]["response"]["body"]
    )
    check("embeddings", len(answer.data) == 2, batch)


def other_endpoints(ours: openai.OpenAI) -> None:
    message = {"model": MODEL, "max_tokens": 50, "messages": [{"role": "user", "content": "hello out there"}]}
    response = {"model": MODEL, "input": "hello out there"}
    for name, body in {"messages": message, "responses": response}.items():
        area(f"batch of {name}")
        line = {"custom_id": "a", "method": "POST", "url": f"/v1/{name}", "body": body}
        batch = run(ours, upload(ours, [line]).id, f"/v1/{name}")
        counts = batch.request_counts
        check("completed", (counts.total, counts.completed, counts.failed) == (1, 1, 0), batch)
        answer = read(ours, batch.output_file_id)["a"]["response"]["body"]
        check("an answer", "hello out there" in json.dumps(answer), answer)


def faults(ours: openai.OpenAI) -> None:
    if "ASTERISM_FAULTS" not in os.environ:
        return
    area("batch errors")
    # Others may pass, and are tried again for minutes.
    statuses = [400, 404, 413, 422]
    batch = run(ours, upload(ours, [request(f"{status}", "x", f"fault-{status}") for status in statuses]).id)
    check("a batch of which nothing works is completed", batch.status == "completed", batch)
    errors = read(ours, batch.error_file_id)
    for status in statuses:
        line = errors[f"{status}"]["response"]
        check(f"a provider's {status}", line["status_code"] == status, line)


def wrong_lines(ours: openai.OpenAI) -> None:
    batch = run(ours, upload(ours, [request("a", "x"), request("a", "x"), {"custom_id": "b"}]).id)
    check("a batch with wrong lines fails", batch.status == "failed", batch)
    check("wrong lines are named", [error.line for error in batch.errors.data] == [2, 3], batch.errors)


def cancelled(ours: openai.OpenAI) -> None:
    file = upload(ours, [request(f"c{number}", "x") for number in range(2000)])
    batch = ours.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    check("cancelling", ours.batches.cancel(batch.id).status in ("cancelling", "cancelled"), batch)
    check("cancelled", ended(ours, batch.id).status == "cancelled", batch)


def strangers(stranger: openai.OpenAI, file: str, batch: str) -> None:
    expect("another's file", openai.NotFoundError, lambda: stranger.files.retrieve(file))
    expect("another's content", openai.NotFoundError, lambda: stranger.files.content(file))
    expect("another's batch", openai.NotFoundError, lambda: stranger.batches.retrieve(batch))
    expect("cancelling another's batch", openai.NotFoundError, lambda: stranger.batches.cancel(batch))
    expect("a window that is not", openai.BadRequestError, lambda: run_window(stranger, file))
    check("nothing is listed", list(stranger.batches.list()) == [] and list(stranger.files.list()) == [], None)


def run_window(ours: openai.OpenAI, file: str):
    return ours.batches.create(input_file_id=file, endpoint="/v1/chat/completions", completion_window="1h")


main()
