"""What takes alerts in the tests: a web server and a mail server in this process, which keep what they get."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def web_server(status: int = 200, answer: bytes = b"") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A URL that answers every POST with ``status`` and ``answer``, and the JSON bodies it got."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, _serving(server):
        yield f"http://127.0.0.1:{server.server_address[1]}/hook/secret-token", got


@contextmanager
def mail_server() -> Iterator[tuple[int, list[tuple[list[str], EmailMessage]]]]:
    """The port of a mail server without encryption, and the receivers and messages it took."""
    got: list[tuple[list[str], EmailMessage]] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            receivers: list[str] = []
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"RCPT":
                    receivers.append(line.decode().partition("<")[2].partition(">")[0])
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    body = b"".join(iter(self.rfile.readline, b".\r\n"))
                    got.append((receivers, message_from_bytes(body, policy=policy.default)))
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server, _serving(server):
        yield server.server_address[1], got
