"""The whole product on this machine, behind one address, until it is interrupted.

python -m infra.local.run --port 8000 --template build/template.json --artifact build/app.zip
"""

import argparse
import importlib.util
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from infra.local.cloud import HOST, Cloud, CloudError, listen
from infra.local.demonstration import Demonstration, Token
from infra.local.issuer import AUDIENCE, Issuer
from infra.local.origin import Origin
from infra.local.stack import DeploymentError

STACK = "cabinet"
API_OUTPUT = "RestApiId"
STAGE_OUTPUT = "StageName"
DOCUMENTS_QUEUE_OUTPUT = "FiscalDocumentsQueueUrl"

Seed = Callable[[Cloud, Mapping[str, str], str], None]
"""Puts the demonstration data in, given the cloud, the stack's outputs and the origin's address."""

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PAGE = Path(__file__).with_name("page")


def viewer_folder() -> Path:
    """The files of Swagger UI, taken from the package that carries them.

    Raises:
        CloudError: if the package is not installed.
    """
    found = importlib.util.find_spec("flask_swagger_ui")
    if found is None or found.origin is None:
        raise CloudError("flask-swagger-ui, which carries the API viewer, is not installed")
    return Path(found.origin).with_name("dist")


def run(
    *,
    template: Path,
    artifact: Path,
    state: Path,
    cloud_python: Path,
    port: int,
    cabinet: Path | None = None,
    seed: Seed | None = None,
    token: Token | None = None,
) -> None:
    """Serve the product at `port` until interrupted; everything put in is kept in `state`.

    Args:
        template: the plain CloudFormation template that production gets.
        artifact: the zip of the functions.
        state: the folder for everything kept over restarts.
        cloud_python: the interpreter of the cloud's environment.
        port: of the one origin; 0 takes a free one.
        cabinet: the folder of the page at `/`; without one the API reference is there, which is
            at `/reference/` in either case.
        seed: called once for a new stack, when the origin answers already.
        token: signs for the personas.

    Raises:
        CloudError, DeploymentError: saying what keeps the product from running.
    """
    progress = _Progress()
    viewer = viewer_folder()
    with ExitStack() as running:
        # First of all, since a taken port should be known at once.
        listener = running.enter_context(listen(port))
        base_url = f"http://{HOST}:{listener.getsockname()[1]}"
        issuer = Issuer(state / "issuer", f"{base_url}/local")
        cloud = running.enter_context(
            Cloud(cloud_python, state=state / "cloud", log=state / "cloud.log")
        )
        progress.done("облако запущено")
        outputs = cloud.deploy(
            template,
            artifact=artifact,
            stack_name=STACK,
            parameters={
                "Issuer": issuer.url,
                "JwksUrl": issuer.jwks_url,
                "Audience": AUDIENCE,
                "PublicUrl": base_url,
            },
        )
        progress.done("шаблон развёрнут")
        buckets = {bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]}
        demonstration = Demonstration(
            cloud,
            issuer,
            token=token,
            documents_queue_url=outputs.get(DOCUMENTS_QUEUE_OUTPUT),
        )
        origin = running.enter_context(
            Origin(
                listener,
                http=cloud.http,
                api_url=cloud.api_url(outputs[API_OUTPUT], outputs[STAGE_OUTPUT]),
                storage_url=cloud.endpoint,
                is_bucket=buckets.__contains__,
                demonstration=demonstration,
                folders={"/": cabinet or _PAGE, "/reference/": _PAGE, "/viewer/": viewer},
            )
        )
        seeded = state / "cloud" / "seeded"
        if seed is not None and not seeded.exists():
            seed(cloud, outputs, origin.url)
            seeded.touch()
            progress.done("демонстрационные данные внесены")
        _greet(origin.url)
        try:
            threading.Event().wait()
        finally:
            print("\n  Останавливаю, данные сохраняются…", flush=True)


class _Progress:
    """Lines that say what is done and how long it took."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        print(f"  {what:<40} {now - self._since:5.1f} с", flush=True)
        self._since = now


def _greet(url: str) -> None:
    print(
        f"""
  Готово: {url}

  Откройте адрес, выберите, от чьего имени работать, и вызывайте API со страницы.
    {url}/reference/      справочник API
    {url}/local/messages  отправленные письма и СМС
    {url}/local/queues    очереди
  Из командной строки:
    TOKEN=$(curl -s {url}/local/token -d '{{"persona":"romashka"}}' | cut -d'"' -f4)
    curl -H "Authorization: Bearer $TOKEN" {url}/api/fiscal-drives

  Ctrl-C останавливает всё и сохраняет данные; make reset их удаляет.
""",
        flush=True,
    )


def _stop(number: int, frame: FrameType | None) -> None:
    for following in _STOP_SIGNALS:  # an impatient second Ctrl-C must not cut the saving short
        signal.signal(following, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Run from the command line; returns the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--template", type=Path, required=True)
    options.add_argument("--artifact", type=Path, required=True)
    options.add_argument("--state", type=Path, default=Path(".local"))
    options.add_argument("--cloud-python", type=Path, default=Path(".venv-cloud/bin/python"))
    options.add_argument("--port", type=int, default=8000)
    chosen = options.parse_args()
    for number in _STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        run(
            template=chosen.template,
            artifact=chosen.artifact,
            state=chosen.state,
            cloud_python=chosen.cloud_python,
            port=chosen.port,
        )
    except (CloudError, DeploymentError) as error:
        print(f"Не запустилось: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
