"""What verification of qualified signatures costs, beside gostcrypto, in one run."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import gostcrypto
from asn1crypto import pem
from gostcrypto import gostsignature

from chalicelib.kep import Trust, certificate, gost3410, path, revocation, streebog, verify
from chalicelib.kep.curves import CURVES
from infra.gost_pki import Identity, Key, distinguished_name, issue, revocation_list, sign

_NOW = datetime.now(UTC)


def run() -> list[tuple[str, str]]:
    """(what, figure) for each measurement. CPU time, the best of several."""
    return [*_signatures(), *_hash(), *_whole(), *_imports()]


def _best(action: Callable[[], object], times: int) -> float:
    """Seconds of CPU."""
    spent = []
    for _ in range(times):
        started = time.process_time()
        action()
        spent.append(time.process_time() - started)
    return min(spent)


def _signatures() -> list[tuple[str, str]]:
    figures = []
    for bits, parameters in ((256, "1.2.643.2.2.36.0"), (512, "1.2.643.7.1.2.1.2.1")):
        private = Key.generate(parameters)
        public = gost3410.read_key(private.public_key_info())
        digest, signature = streebog.digest(b"content", private.size), private.sign(b"content")
        other = gostsignature.new(
            {256: gostsignature.MODE_256, 512: gostsignature.MODE_512}[bits],
            gostsignature.CURVES_R_1323565_1_024_2019[CURVES[parameters].name],
        )
        arguments = (
            bytearray(public.x.to_bytes(private.size) + public.y.to_bytes(private.size)),
            bytearray(digest[::-1]),
            bytearray(signature[private.size :] + signature[: private.size]),
        )
        if not other.verify(*arguments):
            raise RuntimeError("gostcrypto disagrees")
        gost3410.verify(public, digest, signature)  # makes the base point's table, once a curve
        ours = _best(lambda: gost3410.verify(public, digest, signature), 20)  # noqa: B023
        theirs = _best(lambda: other.verify(*arguments), 3)  # noqa: B023
        figures.append(
            (
                f"one {bits}-bit verification",
                f"{ours * 1e3:.1f} ms, {theirs / ours:.0f}× gostcrypto ({theirs * 1e3:.0f} ms)",
            )
        )
    return figures


def _hash() -> list[tuple[str, str]]:
    data = bytes(range(256)) * 800
    ours = len(data) / _best(lambda: streebog._pure(data, 32), 5) / 1e6
    short = bytearray(data[:40_000])
    theirs = len(short) / _best(lambda: gostcrypto.gosthash.new("streebog256", data=short), 2) / 1e6
    figures = [
        (
            "Streebog in Python",
            f"{ours:.2f} MB/s, {ours / theirs:.1f}× gostcrypto; 1 MB in {1 / ours:.1f} s",
        )
    ]
    if native := streebog._native():
        megabyte = bytes(1_000_000)
        spent = _best(lambda: native(megabyte, 32), 5)
        figures.append(("Streebog by OpenSSL's provider", f"1 MB in {spent * 1e3:.0f} ms"))
    return figures


def _identity(name: str, issuer: Identity | None, *, authority: bool) -> Identity:
    return issue(
        key=Key.generate(),
        name=distinguished_name({"2.5.4.3": name, "2.5.4.10": name}),
        issuer=issuer,
        not_before=_NOW - timedelta(days=1),
        not_after=_NOW + timedelta(days=1),
        authority=authority,
    )


def _whole() -> list[tuple[str, str]]:
    root = _identity("Корень", None, authority=True)
    authority = _identity("УЦ", root, authority=True)
    leaf = _identity("Подписант", authority, authority=False)
    bundle = b"".join(
        pem.armor("CERTIFICATE", identity.certificate) for identity in (root, authority)
    )
    crls = [
        revocation_list(identity, {}, _NOW - timedelta(hours=1), _NOW + timedelta(hours=1))
        for identity in (root, authority)
    ]
    message = sign(b"content", [leaf], at=_NOW, certificates=[authority.certificate])
    trust = Trust.from_pem(bundle, crls)

    def cold() -> None:
        for cache in (certificate.parse, path._signed_by, revocation._is_issued_by):
            cache.cache_clear()
        verify(message, b"content", Trust.from_pem(bundle, crls), _NOW)

    def warm() -> None:
        verify(message, b"content", trust, _NOW)

    return [
        ("a message with its chain of three and two CRLs, nothing known yet", _ms(cold)),
        ("the same, the chain and the CRLs seen before", _ms(warm)),
    ]


def _ms(action: Callable[[], None]) -> str:
    return f"{_best(action, 15) * 1e3:.1f} ms"


def _imports() -> list[tuple[str, str]]:
    script = (
        "import time, json, datetime, dataclasses, re, base64, hashlib, pathlib\n"
        "usage = lambda: int(pathlib.Path('/proc/self/statm').read_text().split()[1]) * 4\n"
        "time0, size0 = time.process_time(), usage()\n"
        "import {module}\n"
        "print(time.process_time() - time0, usage() - size0)\n"
    )
    figures = []
    for module in ("chalicelib.kep", "asn1crypto.cms"):
        runs = []
        for _ in range(5):
            done = subprocess.run(
                [sys.executable, "-c", script.format(module=module)],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, kilobytes = done.stdout.split()
            runs.append((float(seconds), int(kilobytes)))
        seconds, kilobytes = min(runs)
        figures.append((f"import {module}", f"{seconds * 1e3:.0f} ms, {kilobytes / 1024:.0f} MB"))
    return figures


if __name__ == "__main__":
    for what, figure in run():
        sys.stdout.write(f"{what}: {figure}\n")
