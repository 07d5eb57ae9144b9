"""An endpoint that speaks OpenAI's chat completions and says what a script tells it to."""

import json
import queue
import select
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Says:
    """What the model answers. `calls` are (tool, arguments); arguments that are no dictionary go out as they are."""

    calls: Sequence[tuple[str, dict[str, Any] | str]] = ()
    text: str | None = None
    status: int = 200
    body: bytes | None = None
    after: float = 0.0
    cut: bool = False


@dataclass
class Asked:
    """A request as it arrived. `given_up`: the caller closed the connection before the answer."""

    path: str
    authorization: str | None
    body: dict[str, Any]
    given_up: threading.Event = field(default_factory=threading.Event)

    @property
    def tools(self) -> dict[str, dict[str, Any]]:
        """The functions on offer, by name."""
        return {tool["function"]["name"]: tool["function"] for tool in self.body["tools"]}

    @property
    def said(self) -> list[tuple[str, str]]:
        """The history as (role, text)."""
        return [(message["role"], _text(message["content"])) for message in self.body["messages"]]


class ModelServer(ThreadingHTTPServer):
    """Runs in threads of its own, on a free port of loopback. Without a script it answers 503."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.script: queue.SimpleQueue[Says] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The base address, as a component's `endpoint`."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def will_say(self, *answers: Says) -> None:
        """What it answers next, in this order. What was left of an earlier script is forgotten."""
        while not self.script.empty():
            self.script.get_nowait()
        for answer in answers:
            self.script.put(answer)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(timeout=5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(self.path, self.headers.get("Authorization"), body)
        self.server.asked.append(asked)
        try:
            says = self.server.script.get_nowait()
        except queue.Empty:
            says = Says(status=503)
        self._wait(says.after, asked)
        if says.cut:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{")
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        document = says.body if says.body is not None else json.dumps(_completion(says, body["model"])).encode()
        self.send_response(says.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def _wait(self, seconds: float, asked: Asked) -> None:
        """Wait, and notice when the caller goes away."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self.connection], [], [], left)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                asked.given_up.set()
                raise ConnectionAbortedError

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing; `asked` remembers."""


def _completion(says: Says, model: str) -> dict[str, Any]:
    if says.status != 200:
        return {"error": {"message": "it is not working today", "type": "server_error", "code": None}}
    calls = [
        {
            "id": f"call_{uuid.uuid4().hex[:12]}",
            "type": "function",
            "function": {
                "name": name,
                "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
            },
        }
        for name, arguments in says.calls
    ]
    message = {"role": "assistant", "content": says.text, **({"tool_calls": calls} if calls else {})}
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex[:12]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)
