"""The whole product on this machine, behind one address, until it is interrupted.

python -m infra.local.run --port 8000
"""

import argparse
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from infra.build import build
from infra.local.cloud import CloudError, listen
from infra.local.product import product
from infra.local.seed import seed
from infra.local.stack import DeploymentError
from infra.local.state import State, StateInUseError

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(*, state: Path, cloud_python: Path, port: int) -> None:
    """Serve the product at ``port`` until interrupted; everything put in is kept in ``state``.

    Raises:
        CloudError, DeploymentError: saying what keeps the product from running.
    """
    _refuse_if_taken(port)
    cut_off = State(state / "cloud").was_cut_off()
    progress = _Progress()
    made = build(python=cloud_python)
    progress.done("шаблон и пакет функций собраны")
    with product(
        made, state=state, cloud_python=cloud_python, port=port, done=progress.done
    ) as running:
        if cut_off:
            print("  Прошлый раз стенд был прерван и не сохранился: данные внесены заново.")
        seeded = state / "cloud" / "seeded"
        if not seeded.exists():
            seed(running)
            seeded.touch()
            progress.done("демонстрационные данные внесены")
        _greet(running.origin.url)
        try:
            threading.Event().wait()
        finally:
            print("\n  Останавливаю, данные сохраняются…", flush=True)


def _refuse_if_taken(port: int) -> None:
    """Raise CloudError if something listens at the port, before the build takes its time."""
    try:
        listen(port).close()
    except CloudError as error:
        raise CloudError(
            f"порт {port} занят. Закройте то, что его занимает, или выберите другой: "
            f"make run PORT={port + 1}"
        ) from error


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

  Откройте адрес и выберите вверху, от чьего имени работать.
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
    options.add_argument("--state", type=Path, default=Path(".local"))
    options.add_argument("--cloud-python", type=Path, default=Path(".venv-cloud/bin/python"))
    options.add_argument("--port", type=int, default=8000)
    chosen = options.parse_args()
    for number in _STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        run(state=chosen.state, cloud_python=chosen.cloud_python, port=chosen.port)
    except (CloudError, DeploymentError) as error:
        in_use = isinstance(error.__cause__, StateInUseError)
        reason = f"стенд с данными из {chosen.state} уже запущен" if in_use else error
        print(f"Не запустилось: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
