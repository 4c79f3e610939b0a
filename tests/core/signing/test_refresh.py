"""Revocation lists are fetched on a schedule, and only valid lists are stored."""

import contextlib
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.core.signing import consumer
from chalicelib.core.signing.buckets import TRUST
from chalicelib.core.signing.download import DownloadFailed, download
from chalicelib.core.signing.trust import load_crls
from chalicelib.kep import crl
from chalicelib.runtime import object_store
from infra.demonstration_pki import DemonstrationPki
from tests.support import signing
from tests.support.world import World


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), signing.SUBJECTS)


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the URL and the folder of an authority's web server."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", tmp_path
        server.shutdown()


def refresh(world: World, pki: DemonstrationPki, *urls: str) -> None:
    signing.trust(world, pki, crls=False)
    bundle = pki.bundle() + "".join(f"CRL: {url}\n" for url in urls)
    with world.running("refresh_crls"):
        object_store.put(TRUST, signing.BUNDLE, bundle.encode(), "application/x-pem-file")
    world.restart()
    world.run("refresh_crls")


def stored(world: World, data: bytes) -> dict[str, str]:
    with world.running("refresh_crls"):
        return load_crls(crl.parse(data).issuer_name)


def test_only_valid_lists_are_stored(
    world: World, pki: DemonstrationPki, published: tuple[str, Path]
) -> None:
    url, folder = published
    good, other = pki.crls()
    (folder / "good.crl").write_bytes(good)
    (folder / "forged.crl").write_bytes(other[:-1] + bytes([other[-1] ^ 1]))
    (folder / "garbage.crl").write_bytes(b"<html>")
    names = ("good.crl", "forged.crl", "garbage.crl", "absent.crl")
    refresh(world, pki, *(f"{url}/{name}" for name in names))
    assert set(stored(world, good)) == {f"{url}/good.crl"}
    assert stored(world, other) == {}


def test_list_that_cannot_be_fetched_leaves_the_previous_one(
    world: World, pki: DemonstrationPki, published: tuple[str, Path]
) -> None:
    url, folder = published
    good, _ = pki.crls()
    (folder / "good.crl").write_bytes(good)
    refresh(world, pki, f"{url}/good.crl")
    before = stored(world, good)
    (folder / "good.crl").unlink()
    refresh(world, pki, f"{url}/good.crl")
    assert stored(world, good) == before != {}


class _Bad(http.server.BaseHTTPRequestHandler):
    """A server that drips its answer, redirects for ever, or answers without end."""

    def do_GET(self) -> None:
        with contextlib.suppress(OSError):
            if self.path.startswith("/drip-headers"):
                self._drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x")
            elif self.path.startswith("/drip"):
                self._drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x")
            elif self.path.startswith("/endless"):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    self.wfile.write(b"x" * 65536)
            else:
                location = self.path if self.path == "/ftp" else f"{self.path}x"
                location = "ftp://127.0.0.1/list" if location == "/ftp" else location
                self.wfile.write(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode())

    def _drip(self, head: bytes, drop: bytes) -> None:
        self.wfile.write(head)
        while True:
            self.wfile.write(drop)
            time.sleep(0.05)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def bad() -> Iterator[str]:
    """Yield the URL of a server that behaves badly."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Bad) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("drip", "no complete answer"),
        ("drip-headers", "no complete answer"),
        ("endless", "more than 1000000 bytes"),
        ("redirects", "redirect"),
        ("ftp", "another protocol"),
    ],
)
def test_download_is_bounded(bad: str, path: str, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(DownloadFailed, match=reason):
        download(f"{bad}/{path}", seconds=0.5, most_bytes=1_000_000)
    assert time.monotonic() - started < 2


def test_slow_servers_do_not_keep_other_lists_from_being_fetched(
    world: World,
    pki: DemonstrationPki,
    published: tuple[str, Path],
    bad: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(consumer, "FETCH_SECONDS", 0.5)
    url, folder = published
    good, _ = pki.crls()
    (folder / "good.crl").write_bytes(good)
    started = time.monotonic()
    refresh(world, pki, *(f"{bad}/drip{n}" for n in range(24)), f"{url}/good.crl")
    assert time.monotonic() - started < 24 * 0.5 / 2
    assert set(stored(world, good)) == {f"{url}/good.crl"}
    assert '"RevocationListsFailed":[24.0]' in capsys.readouterr().out
