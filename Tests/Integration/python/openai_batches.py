"""Files and batches with the openai client from PyPI, against a gateway.

Environment: ASTERISM_URL, ASTERISM_API_KEY, ASTERISM_OTHER_KEY (another tenant). Prints one line for each thing that
holds; ends with another status than 0 when one does not.
"""

import io
import json
import os
import sys
import time

import openai


def client(key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=os.environ["ASTERISM_URL"] + "/v1", api_key=key, max_retries=0, timeout=30)


def main() -> None:
    ours = client(os.environ["ASTERISM_API_KEY"])
    stranger = client(os.environ["ASTERISM_OTHER_KEY"])
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
    wrong_lines(ours)
    cancelled(ours)
    strangers(stranger, file.id, batch.id)
    check("a file is deleted", ours.files.delete(file.id).deleted, file.id)
    raises("a deleted file is gone", openai.NotFoundError, lambda: ours.files.content(file.id))


def request(custom_id: str, content: str, model: str = "fake-chat") -> dict:
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
    body = {"model": "fake-embedding", "input": ["a", "b"]}
    file = upload(ours, [{"custom_id": "e", "method": "POST", "url": "/v1/embeddings", "body": body}])
    batch = run(ours, file.id, "/v1/embeddings")
    answer = openai.types.CreateEmbeddingResponse.model_validate(
        read(ours, batch.output_file_id)["e"]["response"]["body"]
    )
    check("embeddings", len(answer.data) == 2, batch)


def wrong_lines(ours: openai.OpenAI) -> None:
    batch = run(ours, upload(ours, [request("a", "x"), request("a", "x"), {"custom_id": "b"}]).id)
    check("a batch with wrong lines fails", batch.status == "failed", batch)
    check("wrong lines are named", [error.line for error in batch.errors.data] == [2, 3], batch.errors)


def cancelled(ours: openai.OpenAI) -> None:
    file = upload(ours, [request(f"c{number}", "x") for number in range(5000)])
    batch = ours.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    check("cancelling", ours.batches.cancel(batch.id).status in ("cancelling", "cancelled"), batch)
    check("cancelled", ended(ours, batch.id).status == "cancelled", batch)


def strangers(stranger: openai.OpenAI, file: str, batch: str) -> None:
    raises("another's file", openai.NotFoundError, lambda: stranger.files.retrieve(file))
    raises("another's content", openai.NotFoundError, lambda: stranger.files.content(file))
    raises("another's batch", openai.NotFoundError, lambda: stranger.batches.retrieve(batch))
    raises("cancelling another's batch", openai.NotFoundError, lambda: stranger.batches.cancel(batch))
    raises("a window that is not", openai.BadRequestError, lambda: run_window(stranger, file))
    check("nothing is listed", list(stranger.batches.list()) == [] and list(stranger.files.list()) == [], None)


def run_window(ours: openai.OpenAI, file: str):
    return ours.batches.create(input_file_id=file, endpoint="/v1/chat/completions", completion_window="1h")


def raises(name: str, error: type, body) -> None:
    try:
        body()
    except error:
        check(name, True, None)
    else:
        check(name, False, "no error")


def check(name: str, holds: bool, seen) -> None:
    print(f"ok {name}" if holds else f"FAILED {name}: {seen}", flush=True)
    if not holds:
        sys.exit(1)


main()
