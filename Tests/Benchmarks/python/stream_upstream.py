"""A model provider that streams: each answer has as many chunks as `max_tokens` says, INTERVAL milliseconds apart.

    stream_upstream.py PORT INTERVAL

The first chunk comes with the head. One thread and epoll, no framework: it must not be what is measured.
"""

import heapq
import json
import re
import select
import socket
import sys
import time

HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")


def chunked(text):
    data = text.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(choices, usage=None):
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "fake-chat",
             "choices": choices}
    if usage:
        chunk["usage"] = usage
    return "data: " + json.dumps(chunk, separators=(",", ":")) + "\n\n"


CHUNK = chunked(event([{"index": 0, "delta": {"content": " word"}, "finish_reason": None}]))


def ending(count):
    usage = {"prompt_tokens": 180, "completion_tokens": count, "total_tokens": 180 + count}
    stop = event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    return chunked(stop + event([], usage) + "data: [DONE]\n\n") + b"0\r\n\r\n"


class Connection:
    __slots__ = ("socket", "received", "left", "count")

    def __init__(self, sock):
        self.socket, self.received, self.left, self.count = sock, b"", 0, 0

    def request(self):
        """The chunks asked for by the next whole request, or None."""
        head, found, rest = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        length = int(length.group(1)) if length else 0
        if len(rest) < length:
            return None
        body, self.received = rest[:length], rest[length:]
        limit = re.search(rb'"max_tokens":(\d+)', body)
        return int(limit.group(1)) if limit else 64


def serve(port, interval):
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    listener.setblocking(False)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    connections, due = {}, []
    while True:
        timeout = max(0, due[0][0] - time.monotonic()) if due else -1
        for descriptor, _ in poll.poll(timeout, 1024):
            if descriptor == listener.fileno():
                accept(listener, poll, connections)
                continue
            connection = connections[descriptor]
            try:
                data = connection.socket.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                connection.left = 0
                poll.unregister(descriptor)
                connection.socket.close()
                del connections[descriptor]
                continue
            connection.received += data
            count = connection.request()
            if count is None:
                continue
            connection.count, connection.left = count, count - 1
            send(connection, HEAD + CHUNK + (b"" if connection.left else ending(count)))
            if connection.left:
                heapq.heappush(due, (time.monotonic() + interval, descriptor))
        now = time.monotonic()
        while due and due[0][0] <= now:
            at, descriptor = heapq.heappop(due)
            connection = connections.get(descriptor)
            if connection is None or connection.left == 0:
                continue
            connection.left -= 1
            send(connection, CHUNK if connection.left else CHUNK + ending(connection.count))
            if connection.left:
                heapq.heappush(due, (at + interval, descriptor))


def accept(listener, poll, connections):
    while True:
        try:
            accepted, _ = listener.accept()
        except BlockingIOError:
            return
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connections[accepted.fileno()] = Connection(accepted)
        poll.register(accepted, select.EPOLLIN)


def send(connection, data):
    try:
        connection.socket.send(data)
    except OSError:
        connection.left = 0


serve(int(sys.argv[1]), float(sys.argv[2]) / 1000)
