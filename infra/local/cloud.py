"""The cloud on this machine: an AWS emulator run as a child process, with roles enforced.

`docs/decisions/local-cloud.md` describes the differences from AWS, and how a function gets its
environment.
"""

import contextlib
import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import boto3
import botocore.session
import urllib3
from botocore.config import Config

from infra.local import inspection, stack
from infra.local.certificate import write_certificate
from infra.local.state import State, StateInUseError

REGION = "ru-central1"
ACCOUNT = "000000000000"
HOST = "127.0.0.1"
_READY_SECONDS = 30.0
_STOP_SECONDS = 30.0

_EMULATOR = Path(__file__).with_name("emulator.py")


class CloudError(Exception):
    """The local cloud could not be started or has refused a request; the text is the reason."""


class Cloud:
    """An AWS emulator on a loopback port, for as long as the context is open.

    Enter the context in the main thread: on Linux, the emulator stops when the thread that started
    the emulator ends.

    Args:
        python: the interpreter of the emulator's environment. It also runs the functions, so its
            version must be the one for which they are packaged.
        port: the loopback port; 0 takes a free one.
        state: the folder that keeps all data over restarts; None keeps nothing. After an unclean
            stop the folder is emptied, because a part of the data is lost.
        log: the file for the output of the emulator; None writes a file that is deleted on exit.

    Raises:
        CloudError: on entering, if the port or the state is in use or the emulator does not start.
    """

    def __init__(
        self, python: Path, *, port: int = 0, state: Path | None = None, log: Path | None = None
    ) -> None:
        self._python = python.absolute()  # the emulator is started in another folder
        self._wanted_port = port
        self._state = State(state) if state else None
        self._log = log
        self._resources = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[str, Any] = {}
        self.port = 0
        self.saved_at: dt.datetime | None = None
        """When the data of the state was saved; None if the cloud started empty."""
        self.set_aside_to: Path | None = None
        """Where data of an earlier version of the product was moved; None if there was none."""
        self.ca_bundle = Path()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as resources:
            self._folder = Path(resources.enter_context(_private_folder()))
            self._log_path = self._log or self._folder / "cloud.log"
            self.ca_bundle, key = write_certificate(self._folder)
            state_lock = self._lock_state(resources)
            self.saved_at = self._state.saved_at() if self._state else None
            self.set_aside_to = self._state.set_aside_to if self._state else None
            listener = resources.enter_context(listen(self._wanted_port))
            self.port = listener.getsockname()[1]
            self._start(listener, key, state_lock, resources)
            self.http = urllib3.PoolManager(
                maxsize=32, ca_certs=str(self.ca_bundle), retries=False, timeout=60.0
            )
            resources.callback(self.http.clear)
            self._wait_until_ready()
            resources.callback(self._keep_mails)
            self._resources = resources.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._resources.close()

    @property
    def endpoint(self) -> str:
        """The HTTPS address of all AWS services; ``ca_bundle`` verifies the certificate."""
        return f"https://{HOST}:{self.port}"

    @property
    def process_id(self) -> int:
        """The process id of the emulator, while the context is open."""
        assert self._process is not None, "the cloud is not running"  # noqa: S101
        return self._process.pid

    def api_url(self, rest_api_id: str, stage: str) -> str:
        """Return the address of a deployed REST API, without a trailing slash."""
        return f"{self.endpoint}/_aws/execute-api/{rest_api_id}/{stage}"

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service with all rights (the root of the account)."""
        if service in self._clients:
            return self._clients[service]
        # The settings of the developer (profile, files, proxies) are ignored.
        core = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
        )
        root: Any = boto3.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator does not check root's secret
            region_name=REGION,
            botocore_session=core,
        )
        self._clients[service] = root.client(
            service,
            endpoint_url=self.endpoint,
            verify=str(self.ca_bundle),
            config=Config(
                proxies={},
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
            ),
        )
        return self._clients[service]

    def outputs(self, stack_name: str) -> dict[str, str] | None:
        """Return the outputs of a stack, or None if there is no such stack."""
        return stack.outputs(self.client("cloudformation"), stack_name)

    def deploy(
        self,
        template: Path | Mapping[str, Any],
        *,
        artifact: Path,
        stack_name: str,
        parameters: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Create or update a stack from a CloudFormation template and return the outputs.

        The artifact is uploaded under the hash of its content, which the template's parameters
        ``ArtifactBucket`` and ``ArtifactKey`` name. A changed artifact therefore updates the code
        of the functions, and an unchanged artifact changes nothing.

        Raises:
            stack.DeploymentError: with the reason of the first resource that failed.
        """
        return stack.deploy(
            self.client, template, artifact=artifact, name=stack_name, parameters=parameters or {}
        )

    def messages(self) -> list[inspection.Message]:
        """Return the e-mails and SMS that the cloud has sent, newest first."""
        log = self._log_path.read_text(encoding="utf-8", errors="replace")
        sent = inspection.texts(self.http, self.endpoint, log) + self._mails()
        return sorted(sent, key=lambda message: message["sent_at"], reverse=True)

    def queues(self) -> list[inspection.QueueDepth]:
        """Return the number of messages in each queue and its dead-letter queue, by name."""
        return inspection.queues(self.client("sqs"))

    def function_logs(self, name: str) -> list[str]:
        """Return the log lines of a function, oldest first."""
        return inspection.function_logs(self.client("logs"), name)

    def _lock_state(self, resources: contextlib.ExitStack) -> IO[str] | None:
        if self._state is None:
            return None
        try:
            return resources.enter_context(self._state.opened())
        except StateInUseError as error:
            raise CloudError(str(error)) from error

    def _mails(self) -> list[inspection.Message]:
        kept = self._state.mails() if self._state else []
        return kept + inspection.mails(self.http, self.endpoint)

    def _keep_mails(self) -> None:
        if self._state:
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                self._state.keep_mails(self._mails())

    def _environment(self, key: Path) -> dict[str, str]:
        # The functions inherit this environment, so the host's variables must not be in it.
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TZ": "UTC",  # as in Lambda; the times of SMS are read from the log
            "HOME": str(self._folder),
            "TMPDIR": str(self._folder),
            "PYTHONNOUSERSITE": "1",
            "PYTHONUNBUFFERED": "1",
            # Queue addresses contain this port and are kept with the state: the value is constant.
            # Clients take the addresses as names and call AWS_ENDPOINT_URL.
            "GATEWAY_PORT": "4566",
            "AWS_ENDPOINT_URL": self.endpoint,
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "BIND_HOST": HOST,
            "AUTH": "true",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",  # otherwise it removes the developer's containers
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(self.ca_bundle),
            "MINISTACK_SSL_KEY": str(key),
            "AWS_CA_BUNDLE": str(self.ca_bundle),
        }
        if self._state is not None:
            environment |= {
                "PERSIST_STATE": "1",
                "STATE_DIR": str(self._state.services),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(self._state.objects),
            }
        return environment

    def _start(
        self,
        listener: socket.socket,
        key: Path,
        state_lock: IO[str] | None,
        resources: contextlib.ExitStack,
    ) -> None:
        command = [str(self._python), "-P", str(_EMULATOR), "ministack.app:app", "--workers", "0"]
        command += ["--bind", f"fd://{listener.fileno()}", "--keep-alive", "75"]
        command += ["--graceful-timeout", "1"]
        command += ["--certfile", str(self.ca_bundle), "--keyfile", str(key)]
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        # The emulator inherits the lock, which is thus held as long as the emulator runs.
        inherited = [listener.fileno()] + ([state_lock.fileno()] if state_lock else [])
        with self._log_path.open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    command,
                    cwd=self._folder,
                    env=self._environment(key),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=inherited,
                    start_new_session=True,  # Ctrl-C must not reach it
                )
            except OSError as error:
                raise CloudError(f"cannot run {self._python}: {error}") from error
        resources.callback(self._stop)
        listener.close()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        assert self._process is not None  # noqa: S101
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise CloudError(
                    f"the cloud stopped at start with code {self._process.returncode}:\n"
                    + self._log_tail()
                )
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                if self.http.request("GET", f"{self.endpoint}/_ministack/ready").status == 200:
                    return
            time.sleep(0.02)
        raise CloudError(f"the cloud was not ready in {_READY_SECONDS} s:\n" + self._log_tail())

    def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        self._process = None
        clean = process.poll() is None
        if clean:
            process.send_signal(signal.SIGTERM)
            try:
                clean = process.wait(_STOP_SECONDS) == 0
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                clean = False
        if clean and self._state is not None:
            self._state.stopped_cleanly()

    def _log_tail(self) -> str:
        return "\n".join(self._log_path.read_text(errors="replace").splitlines()[-20:])


@contextlib.contextmanager
def _private_folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="cloud-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a loopback port; 0 takes a free one.

    Raises:
        CloudError: if the port is in use.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise CloudError(f"port {port} of {HOST} is in use: {error.strerror}") from error
    listener.listen(128)
    return listener
