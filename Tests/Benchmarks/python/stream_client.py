"""Reads streams and times them.

    stream_client.py PORT KEY STREAMS CHUNKS SECONDS

Holds STREAMS answers of CHUNKS chunks open for SECONDS, each followed by the next, begun spread over a second, and
prints one JSON object: answers read to `[DONE]`, those that broke, the milliseconds to the first chunk (p50, p99), the
longest wait between two chunks, and how many streams ever waited longer than 50 ms.
"""

import json
import select
import socket
import sys
import time

port, key, streams, chunks, seconds = (int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]),
                                       float(sys.argv[5]))
body = json.dumps({"model": "fake-chat", "stream": True, "max_tokens": chunks,
                   "messages": [{"role": "user", "content": "The printer answers to nobody. " * 30}]},
                  separators=(",", ":")).encode()
request = (b"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
           b"Authorization: Bearer " + key.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class Stream:
    __slots__ = ("socket", "sent", "last", "longest", "ending")

    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = self.last = self.longest = 0.0
        self.ending = b""

    def begin(self, now):
        self.sent, self.last, self.ending = now, 0.0, b""
        self.socket.send(request)


poll = select.epoll()
waiting = [Stream() for _ in range(streams)]
by_descriptor = {stream.socket.fileno(): stream for stream in waiting}
for stream in waiting:
    poll.register(stream.socket, select.EPOLLIN)
began = time.monotonic()
until = began + seconds
first, completed, broken, started, longest = [], 0, 0, 0, 0.0
while True:
    now = time.monotonic()
    while started < streams and now >= began + started / streams:
        waiting[started].begin(now)
        started += 1
    if now >= until:
        break
    for descriptor, _ in poll.poll(0.005 if started < streams else 0.1, 1024):
        stream = by_descriptor.get(descriptor)
        if stream is None:
            continue
        try:
            data = stream.socket.recv(65536)
        except BlockingIOError:
            continue
        except OSError:
            data = b""
        now = time.monotonic()
        if not data or (not stream.last and not data.startswith(b"HTTP/1.1 200")):
            broken += 1
            poll.unregister(descriptor)
            del by_descriptor[descriptor]
            continue
        if not stream.last:
            if b"data:" not in data:
                # The head came by itself: the answer has begun, its first chunk has not.
                stream.last = -1.0
                continue
            first.append(now - stream.sent)
        elif stream.last < 0:
            first.append(now - stream.sent)
        else:
            stream.longest = max(stream.longest, now - stream.last)
        stream.last = now
        stream.ending = (stream.ending + data)[-64:]
        if stream.ending.endswith(b"\r\n0\r\n\r\n"):
            # A stream that breaks ends with an error event, without the word.
            completed += b"[DONE]" in stream.ending
            broken += b"[DONE]" not in stream.ending
            stream.begin(now)
first.sort()


def percentile(share):
    return round(1000 * first[min(len(first) - 1, int(len(first) * share))], 3) if first else None


print(json.dumps({
    "streams": streams, "completed": completed, "broken": broken, "first_p50_ms": percentile(0.5),
    "first_p99_ms": percentile(0.99), "longest_wait_ms": round(1000 * max(s.longest for s in waiting), 1),
    "stalled": sum(1 for s in waiting if s.longest > 0.05)}))
