"""Releases: which version of each function answers, and how calls shift to a new one.

All callers (the gateway, queues, streams, schedules, commands) call the alias ``live``. The stacks
change only what is not published; :class:`Releases` publishes versions and moves the aliases of all
functions together. Why not by the stacks: docs/decisions/release.md.

What is live after each release is recorded in the bucket for artifacts, in
``service-menu/releases/<stage>.json``.
"""

import dataclasses
import datetime as dt
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from typing import Any

from botocore.exceptions import ClientError

from infra.cloudformation import Clients, DeploymentError
from infra.names import LIVE

Json = dict[str, Any]
Versions = Mapping[str, str]
"""The version of each function by the function's name."""

KEPT = 5
"""Releases whose versions are kept; Lambda counts the code of every version against 75 GB."""
CANARY_SECONDS = 600
"""How long a share of the calls goes to new versions: two periods of most alarms."""
_SHARE = 0.1
_UNPUBLISHED = "$LATEST"
_NO_ROUTING: Json = {"AdditionalVersionWeights": {}}


class ShiftReturned(DeploymentError):
    """An alarm rang while calls shifted to new versions; the former versions answer all calls."""


@dataclasses.dataclass(frozen=True)
class Canary:
    """How calls shift to new versions."""

    seconds: float = CANARY_SECONDS
    """How long a tenth of the calls goes to the new versions; 0 moves all calls at once."""
    poll_seconds: float = 15.0
    """Between two looks at the alarms."""


AT_ONCE = Canary(seconds=0)


@dataclasses.dataclass(frozen=True)
class Releases:
    """The releases of a stage."""

    clients: Clients
    stage: str
    bucket: str
    tell: Callable[[str], None] = print

    def publish(self, functions: Sequence[str], description: str) -> dict[str, str]:
        """Return the version of each function as the stacks describe the function now.

        A function that has not changed since its last version keeps that version.
        """
        client = self.clients("lambda")
        return {
            name: client.publish_version(FunctionName=name, Description=description)["Version"]
            for name in functions
        }

    def shift(self, versions: Versions, alarms: Sequence[str], canary: Canary) -> None:
        """Let the versions answer all calls: a tenth first, and the rest if no alarm rings.

        A new function, of which nothing was live, is not waited for. Alarms that ring before the
        shift are not its fault and are left aside.

        Raises:
            ShiftReturned: an alarm rang; the former versions answer all calls.
            ClientError: the cloud refused a change, for instance as another release has moved the
                same alias meanwhile; the former versions answer all calls.
        """
        former = {name: self._alias(name) for name in versions}
        moved = {
            name: version
            for name, version in versions.items()
            if former[name]["FunctionVersion"] != version
        }
        answering = [name for name in moved if former[name]["FunctionVersion"] != _UNPUBLISHED]
        revisions = {name: former[name]["RevisionId"] for name in moved}
        try:
            if answering and canary.seconds:
                # Before the first call goes to a new version, which may make an alarm ring at once.
                before = set(self._ringing(alarms))
                if before:
                    self.tell(f"Ringing already, so not watched: {', '.join(sorted(before))}.")
                for name in answering:
                    routing = {"AdditionalVersionWeights": {moved[name]: _SHARE}}
                    revisions[name] = self._move(
                        name, RevisionId=revisions[name], RoutingConfig=routing
                    )
                self._watch(len(answering), set(alarms) - before, canary)
            for name, version in moved.items():
                self._move(
                    name,
                    RevisionId=revisions[name],
                    FunctionVersion=version,
                    RoutingConfig=_NO_ROUTING,
                )
        except BaseException:  # an interrupt by whoever deploys must not leave the shift half-done
            self._move_all({name: former[name]["FunctionVersion"] for name in answering})
            raise
        if moved:
            self.tell(f"New versions of {len(moved)} functions answer all calls.")

    def _watch(self, functions: int, alarms: Set[str], canary: Canary) -> None:
        self.tell(
            f"A tenth of the calls goes to new versions of {functions} functions; "
            f"{len(alarms)} alarms are watched for {canary.seconds:.0f} s."
        )
        deadline = time.monotonic() + canary.seconds
        while time.monotonic() < deadline:
            time.sleep(min(canary.poll_seconds, canary.seconds))
            if rung := sorted(self._ringing(alarms)):
                raise ShiftReturned(
                    f"{', '.join(rung)} rang while a tenth of the calls went to the new versions; "
                    "the former versions answer all calls again. Mend the cause and deploy again."
                )

    def _ringing(self, alarms: Collection[str]) -> Iterator[str]:
        pages = self.clients("cloudwatch").get_paginator("describe_alarms")
        for page in pages.paginate(AlarmNamePrefix=f"{self.stage}-", StateValue="ALARM"):
            for alarm in page["MetricAlarms"]:
                if alarm["AlarmName"] in alarms:
                    yield alarm["AlarmName"]

    def _alias(self, function: str) -> Json:
        alias: Json = self.clients("lambda").get_alias(FunctionName=function, Name=LIVE)
        return alias

    def _move(self, function: str, **change: Any) -> str:
        moved = self.clients("lambda").update_alias(FunctionName=function, Name=LIVE, **change)
        revision: str = moved["RevisionId"]
        return revision

    # --- The record

    def record(self, versions: Versions, description: str) -> None:
        """Record what is live after a release, and delete the versions of no kept release.

        A release that changes no version is not recorded.
        """
        releases = self._read()
        if releases and releases[-1]["versions"] == versions:
            return
        at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        releases.append({"at": at, "description": description, "versions": dict(versions)})
        releases = releases[-KEPT:]
        self._write(releases)
        self._prune(versions, releases)

    def roll_back(self) -> Json:
        """Let the versions of the release before answer all calls, and return that release.

        Where the present release is not whole (a deployment was cut off while it moved aliases),
        the last whole release is the one before. A function that is newer than the release stays.

        Raises:
            DeploymentError: no release before this one is recorded.
        """
        releases = self._read()
        if releases and self._is_live(releases[-1]["versions"]):
            releases.pop()
        if not releases:
            raise DeploymentError(f"no release of {self.stage} before this one is recorded")
        # Before the move, so that a repeat after a crash goes to the same release.
        self._write(releases)
        self.restore()
        release: Json = releases[-1]
        return release

    def restore(self) -> None:
        """Let the versions of the last recorded release answer all calls.

        Raises:
            DeploymentError: not every function could be moved; the others were.
        """
        if releases := self._read():
            self._move_all(releases[-1]["versions"])

    def _move_all(self, versions: Versions) -> None:
        refused: list[str] = []
        for name, version in versions.items():
            try:
                self._move(name, FunctionVersion=version, RoutingConfig=_NO_ROUTING)
            except ClientError as error:
                if error.response["Error"]["Code"] == "ResourceNotFoundException":
                    self.tell(f"{name} is gone or has no version {version} any more.")
                else:
                    refused.append(f"{name} does not go to version {version}: {error}")
        if refused:
            raise DeploymentError("\n".join([*refused, "the other functions did; repeat"]))

    def _is_live(self, versions: Versions) -> bool:
        for name, version in versions.items():
            try:
                alias = self._alias(name)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
                continue
            if alias["FunctionVersion"] != version or alias.get("RoutingConfig"):
                return False
        return True

    def _prune(self, versions: Versions, releases: Sequence[Json]) -> None:
        client = self.clients("lambda")
        for name, live in versions.items():
            kept = {release["versions"].get(name) for release in releases} | {_UNPUBLISHED, live}
            pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
            for version in [version for page in pages for version in page["Versions"]]:
                if version["Version"] not in kept:
                    client.delete_function(FunctionName=name, Qualifier=version["Version"])

    @property
    def _key(self) -> str:
        return f"service-menu/releases/{self.stage}.json"

    def _read(self) -> list[Json]:
        try:
            body = self.clients("s3").get_object(Bucket=self.bucket, Key=self._key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return []
        releases: list[Json] = json.loads(body.read())
        return releases

    def _write(self, releases: list[Json]) -> None:
        body = json.dumps(releases, indent=1).encode()
        self.clients("s3").put_object(Bucket=self.bucket, Key=self._key, Body=body)


def names_of(template: Json, kind: str, name: str, stage: str) -> list[str]:
    """Return the names of a template's resources of a type, as they read in a stage."""
    return [
        resource["Properties"][name]["Fn::Sub"].replace("${Stage}", stage)
        for resource in template["Resources"].values()
        if resource["Type"] == kind
    ]
