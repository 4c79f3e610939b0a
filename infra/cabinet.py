"""Prepares the cabinet page for a static host.

    python -m infra.cabinet build/cabinet --api https://api.example.ru/api \\
        --issuer https://id.example.ru --client-id cabinet --storage https://storage.example.ru

The content security policy of the page lists the addresses that the page may connect to, so the
addresses are written there as well as into `config.json`.
"""

import argparse
import json
import shutil
from pathlib import Path
from urllib.parse import urlsplit

SOURCE = Path(__file__).resolve().parent.parent / "cabinet"
_CONNECT = "connect-src 'self'"
_IMAGES = "img-src 'self' data: blob:"
_PLUGIN = "cadesplugin_api.js"


def publish(
    target: Path,
    *,
    api: str,
    issuer: str,
    client_id: str,
    scope: str = "openid",
    storage: str | None = None,
    plugin: Path | None = None,
) -> None:
    """Write the page into the folder ``target``, in place of what was there.

    Args:
        target: the folder to give to a static host.
        api: address of the API, without a slash at the end.
        issuer: the OpenID provider's identifier, without a slash at the end; its endpoints are on
            the same origin.
        client_id: of the page at the provider: a public client whose redirect URI is the page's
            address.
        scope: requested from the provider.
        storage: address of presigned forms and links, if it is not the origin of the API.
        plugin: CryptoPro's script for pages, which its owner distributes to those who sign with it.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(SOURCE, target)
    config = {
        "api": api,
        "oidc": {"issuer": issuer, "client_id": client_id, "scope": scope},
    } | ({"cadesplugin": _PLUGIN} if plugin else {})
    if plugin:
        shutil.copyfile(plugin, target / _PLUGIN)
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    stored = _origin(storage or api)
    connect = " ".join(dict.fromkeys([_origin(api), _origin(issuer), stored]))
    page = (target / "index.html").read_text(encoding="utf-8")
    for directive, added in ((_CONNECT, connect), (_IMAGES, stored)):
        if page.count(directive) != 1:
            raise ValueError(f"the policy of index.html does not contain: {directive}")
        page = page.replace(directive, f"{directive} {added}")
    (target / "index.html").write_text(page, encoding="utf-8")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def main() -> None:
    """Publish from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("target", type=Path)
    options.add_argument("--api", required=True)
    options.add_argument("--issuer", required=True)
    options.add_argument("--client-id", required=True)
    options.add_argument("--scope", default="openid")
    options.add_argument("--storage")
    options.add_argument("--plugin", type=Path)
    publish(**vars(options.parse_args()))


if __name__ == "__main__":
    main()
