"""Makes the cabinet page ready for a static host.

    python -m infra.cabinet build/cabinet --api https://api.example.ru/api \\
        --issuer https://id.example.ru --client-id cabinet --storage https://storage.example.ru

What the page may connect to stands in its content security policy, so the addresses are written
there as well as into `config.json`.
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
    """Write the page into the folder ``target``, which is made anew.

    Args:
        target: the folder to give to a static host.
        api: where the calls are, without a closing slash.
        issuer: the OpenID provider's identifier, without a closing slash; its endpoints are on the
            same origin.
        client_id: the page's own at the provider, a public client with the page's address as its
            redirect URI.
        scope: what is asked of the provider.
        storage: where presigned forms and links lead, if not to the API's own origin.
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
    for said, added in ((_CONNECT, connect), (_IMAGES, stored)):
        if page.count(said) != 1:
            raise ValueError(f"the policy of index.html does not say: {said}")
        page = page.replace(said, f"{said} {added}")
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
