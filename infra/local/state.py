"""The folder in which the local cloud keeps its data over restarts."""

import datetime as dt
import fcntl
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from infra.local.inspection import Message

_SINGLE_STACK = re.compile(r'"StackName":\s*"service-menu"')
"""The one stack of the product before it had a stack for each section."""


class StateInUseError(Exception):
    """Another cloud has this state open."""


class State:
    """A folder that one cloud at a time has open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = folder / "running"
        self._mails = folder / "mails.json"
        self.set_aside_to: Path | None = None
        """Where the content went that an earlier version of the product had put here."""
        self.services = (folder / "services").resolve()
        self.objects = (folder / "objects").resolve()

    @contextmanager
    def opened(self) -> Iterator[IO[str]]:
        """Lock the folder and give the lock; a folder that was cut off is emptied first.

        What an earlier version of the product kept here, in a single stack, is set aside: a stack
        cannot take over the resources of another.

        Raises:
            StateInUseError: if it is locked.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StateInUseError(f"{self._folder} is in use by another cloud") from None
            if self._running.exists():
                self._empty()
            elif self._is_of_single_stack():
                self._set_aside()
            self._running.touch()
            self._rewind_streams()
            yield lock

    def was_cut_off(self) -> bool:
        """Whether the last cloud ended before it saved, so that opening empties the folder."""
        return self._running.exists()

    def stopped_cleanly(self) -> None:
        """Note that everything is saved; the emulator does the same where its parent was killed."""
        self._running.unlink(missing_ok=True)

    def saved_at(self) -> dt.datetime | None:
        """Return the moment at which the tables were saved; None if there are none."""
        tables = self.services / "dynamodb.json"
        if not tables.exists():
            return None
        return dt.datetime.fromtimestamp(tables.stat().st_mtime, dt.UTC)

    def mails(self) -> list[Message]:
        """Return the mails of earlier runs, which the emulator does not keep."""
        if not self._mails.exists():
            return []
        kept: list[Message] = json.loads(self._mails.read_bytes())
        return kept

    def keep_mails(self, mails: list[Message]) -> None:
        """Replace the kept mails."""
        self._mails.write_text(json.dumps(mails, ensure_ascii=False), encoding="utf-8")

    def _empty(self) -> None:
        for part in self._folder.iterdir():
            if part.is_dir():
                shutil.rmtree(part)
            elif part.name != "lock":
                part.unlink()

    def _is_of_single_stack(self) -> bool:
        stacks = self.services / "cloudformation.json"
        return stacks.exists() and bool(_SINGLE_STACK.search(stacks.read_text(encoding="utf-8")))

    def _set_aside(self) -> None:
        number = 1
        while (target := self._folder.with_name(f"{self._folder.name}-former-{number}")).exists():
            number += 1
        target.mkdir()
        for part in self._folder.iterdir():
            if part.name != "lock":
                part.rename(target / part.name)
        self.set_aside_to = target

    def _rewind_streams(self) -> None:
        """Let every stream be read from its beginning, which is where it is after a restart.

        The emulator keeps how far a function has read a stream, but not the stream: as many new
        records as were read before would be passed over.
        """
        functions = self.services / "lambda.json"
        if functions.exists():
            saved = json.loads(functions.read_bytes())
            saved["payload"].pop("dynamodb_stream_positions", None)
            functions.write_text(json.dumps(saved), encoding="utf-8")
