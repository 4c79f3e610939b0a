"""The cloud resources that a declaration grants access to; see ``infra/resources.yaml``."""

import os
import re
from typing import ClassVar


class Resource:
    """A resource of the template.

    Its logical id is ``<Name><Kind>``; the environment variable ``<NAME>_<KIND>`` holds its
    physical name.
    """

    kind: ClassVar[str]

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def logical_id(self) -> str:
        """The resource's id in the template."""
        return self.name + self.kind.capitalize()

    @property
    def variable(self) -> str:
        """The environment variable that holds the physical name."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.logical_id).upper()

    @property
    def physical_name(self) -> str:
        """The name of the table or bucket, or the URL of the queue, in this deployment."""
        return os.environ[self.variable]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Queue(Resource):
    """An SQS queue."""

    kind = "queue"
    most_bytes: ClassVar[int] = 256 * 1024
    """Largest size of a message, in bytes, that SQS and the services compatible with SQS accept."""


class Bucket(Resource):
    """An S3 bucket."""

    kind = "bucket"


class SmsProvider(Resource):
    """The service that delivers SMS; its physical name is the name of the provider."""

    kind = "provider"


class MailEvents(Resource):
    """The configuration set of the mail service, by which it reports about e-mails."""

    kind = "events"


class MailIdentity(Resource):
    """An address that the mail service allows to send from."""

    kind = "identity"
