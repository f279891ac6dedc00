"""A local page that scores and explains text as it is typed.

It listens on 127.0.0.1 only, and answers only requests that were meant for it: the Host header
keeps out other sites whose names point here (DNS rebinding), and the content type keeps out forms
of other sites. The page needs nothing from elsewhere.
"""

from __future__ import annotations

import json
import math
import threading
import warnings
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from spacy.language import Language

from ..pipeline.loading import find_sarcasm
from ..scoring.sentences import split_sentences
from .attributions import Explanation
from .explain import explain, tokenize
from .html import render

ADDRESS = "127.0.0.1"
MAX_CHARACTERS = 20_000
# JSON may write a character in up to 12 bytes.
_MAX_BYTES = 12 * MAX_CHARACTERS + 1000
_MAX_DISCARDED = 4_000_000
_STRONGEST = 3
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_FILES = {
    "/": ("demo.html", "text/html"),
    "/demo.css": ("demo.css", "text/css"),
    "/demo.js": ("demo.js", "text/javascript"),
}


class DemoServer(ThreadingHTTPServer):
    """Serves the page for one pipeline, at `url`."""

    daemon_threads = True

    def __init__(self, nlp: Language, port: int = 0) -> None:
        """Start to listen; `serve_forever` answers.

        Args:
            nlp: A pipeline with a sarcasm component.
            port: The port; 0 for any that is free.

        Raises:
            OSError: The port is taken, or not allowed.
            ValueError: The pipeline has no sarcasm component.

        Example:
            >>> DemoServer(nlp, port=8765).serve_forever()  # doctest: +SKIP
        """
        self._nlp = nlp
        self._component = find_sarcasm(nlp)
        # A pipeline is for one thread at a time.
        self._lock = threading.Lock()
        self.page_threshold = self._component.threshold
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            raise OSError(
                f"cannot listen on {ADDRESS}, port {port}: {error.strerror}. Choose another by "
                "--port"
            ) from error

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{ADDRESS}:{self.server_port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The Host headers of requests that are meant for this server."""
        return tuple(f"{name}:{self.server_port}" for name in (ADDRESS, "localhost"))

    def explain_sentences(self, text: str) -> dict[str, Any]:
        """Return the score of a text, and its sentences explained."""
        with self._lock, self._nlp.memory_zone(), warnings.catch_warnings():
            # The page says itself that a text was cut.
            warnings.simplefilter("ignore", UserWarning)
            doc = tokenize(self._nlp, self._component, text)
            sentences = split_sentences(doc)
            score, *scores = self._component.predict_spans([doc[:], *sentences]).scores.tolist()
            explained = explain(self._nlp, sentences)
            limit = self._component.cfg["max_length"]
            return {
                "score": _or_none(score),
                "tokens_read": limit if len(doc) > limit else None,
                "sentences": [
                    {**_as_json(one), "score": _or_none(score)}
                    for one, score in zip(explained, scores, strict=True)
                ],
            }


class _Handler(BaseHTTPRequestHandler):
    server: DemoServer
    server_version = "spacy-sarcasm"
    sys_version = ""
    # A client that goes silent does not keep its thread.
    timeout = 30

    def do_GET(self) -> None:
        """Send the page or one of its two files."""
        if not self._is_for_us():
            return
        if self.path not in _FILES:
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "there is no such page"})
            return
        template, kind = _FILES[self.path]
        content = render(
            template, threshold=self.server.page_threshold, max_characters=MAX_CHARACTERS
        )
        self._send(HTTPStatus.OK, kind, content)

    def do_POST(self) -> None:
        """Score the text of a JSON object."""
        if not self._is_for_us():
            return
        if self.path != "/explain":
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "there is no such page"})
            return
        try:
            found = self.server.explain_sentences(self._read_text())
        except _RefusedError as error:
            self._send_json(error.status, {"error": str(error)})
        except ValueError as error:
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        else:
            self._send_json(HTTPStatus.OK, found)

    def _is_for_us(self) -> bool:
        origin = self.headers.get("Origin")
        origins = {None, *(f"http://{host}" for host in self.server.hosts)}
        if self.headers.get("Host") in self.server.hosts and origin in origins:
            return True
        self._send_json(HTTPStatus.FORBIDDEN, {"error": f"this page is at {self.server.url}"})
        return False

    def _read_text(self) -> str:
        if self.headers.get_content_type() != "application/json":
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "send the length of the content")
        too_long = f"the text has more than {MAX_CHARACTERS:,} characters: shorten it"
        if int(length) > _MAX_BYTES:
            # A client that is still sending would see a broken connection instead of the reply.
            self.rfile.read(min(int(length), _MAX_DISCARDED))
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_long)
        try:
            given = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, f"this is not JSON: {error}") from error
        text = given.get("text") if isinstance(given, dict) else None
        if not isinstance(text, str):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, 'send {"text": "..."}')
        if len(text) > MAX_CHARACTERS:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_long)
        return text

    def _send_json(self, status: HTTPStatus, value: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(value))

    def _send(self, status: HTTPStatus, kind: str, content: str) -> None:
        body = content.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        # What is left unread of a refused request would be taken for the next one.
        self.send_header("Connection", "close")
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: what is typed is nobody's business."""


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def _or_none(score: float) -> float | None:
    """Return a score as JSON has it: NaN stands for a text without a known word."""
    return None if math.isnan(score) else score


def _as_json(explanation: Explanation) -> dict[str, Any]:
    picture = explanation.picture
    strongest = [pair for pair in explanation.top(_STRONGEST) if abs(pair[1]) >= 0.05]
    return {
        "scale": picture.scale,
        "pieces": [
            {
                "text": piece.text,
                "attribution": piece.attribution,
                "marked": piece.is_marked,
            }
            for piece in picture.pieces
        ],
        "strongest": [{"text": token, "attribution": value} for token, value in strongest],
    }
