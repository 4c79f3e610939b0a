"""Downloads from web servers that may be slow, within a total time and a size."""

import queue
import threading
import urllib.request
from http.client import HTTPException
from typing import Any

MOST_REDIRECTS = 3
_CHUNK_BYTES = 64 * 1024


class DownloadFailed(Exception):
    """The server refused, did not answer in time or answered too much; the text says which."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = MOST_REDIRECTS

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        if not newurl.lower().startswith(("http://", "https://")):
            raise DownloadFailed("redirected to another protocol")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(url: str, *, seconds: float, most_bytes: int) -> bytes:
    """Return the content at an HTTP or HTTPS address.

    The time-out of a socket starts again with every byte, so a server could hold the caller for
    ever. Therefore another thread reads, and the caller waits for ``seconds`` in total. A thread
    that nobody waits for any more ends with its connection.

    Raises:
        DownloadFailed: there is no complete answer after ``seconds``, the answer is an error, has
            more than ``most_bytes``, or redirects more than :data:`MOST_REDIRECTS` times.
    """
    outcome: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(_read(url, seconds, most_bytes))
        except Exception as error:
            outcome.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        content = outcome.get(timeout=seconds)
    except queue.Empty:
        raise DownloadFailed(f"no complete answer in {seconds} s") from None
    if isinstance(content, DownloadFailed):
        raise content
    if isinstance(content, OSError | HTTPException | ValueError):
        raise DownloadFailed(str(content) or type(content).__name__) from content
    if isinstance(content, Exception):
        raise content
    return content


def _read(url: str, seconds: float, most_bytes: int) -> bytes:
    request = urllib.request.Request(url, headers={"User-Agent": "service-menu"})  # noqa: S310
    opener = urllib.request.build_opener(_Redirects)
    with opener.open(request, timeout=seconds) as answer:
        content = bytearray()
        while chunk := answer.read1(_CHUNK_BYTES):
            content += chunk
            if len(content) > most_bytes:
                raise DownloadFailed(f"more than {most_bytes} bytes")
    return bytes(content)
