"""What a declaration may name in its grants: the resources of ``infra/resources.yaml``."""

import os
import re
from typing import ClassVar


class Resource:
    """A resource by its name in the template, ``<Name><Kind>``; its physical name is in the
    environment as ``<NAME>_<KIND>``, as the deployment decides."""

    kind: ClassVar[str]

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def logical_id(self) -> str:
        """The resource's id in the template."""
        return self.name + self.kind.capitalize()

    @property
    def variable(self) -> str:
        """The environment variable that carries the physical name."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.logical_id).upper()

    @property
    def physical_name(self) -> str:
        """The table, bucket or queue (its URL) of this deployment."""
        return os.environ[self.variable]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Queue(Resource):
    """An SQS queue."""

    kind = "queue"
    most_bytes: ClassVar[int] = 256 * 1024
    """Of a message: what SQS and those who speak it all take."""


class Bucket(Resource):
    """An S3 bucket."""

    kind = "bucket"


class SmsProvider(Resource):
    """Who carries messages to telephones; its physical name is the provider's."""

    kind = "provider"


class MailIdentity(Resource):
    """An address that the mail service lets us send from."""

    kind = "identity"
