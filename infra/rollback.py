"""Lets the versions of the former release answer all calls, without building anything.

    python -m infra.rollback STAGE [--parameters infra/stages/STAGE.json] [--bucket NAME]

The stacks and the data stay as they are: only the alias ``live`` of each function moves. The next
deployment releases what is checked out then.
"""

import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import stage_file
from infra.cloudformation import Clients, DeploymentError
from infra.release import Releases


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Roll back from the command line; return the exit code."""
    chosen = stage_file.options("python -m infra.rollback").parse_args(arguments)
    try:
        bucket = stage_file.read(chosen)["ArtifactBucket"]
        release = Releases(clients, chosen.stage, bucket).roll_back()
    except (DeploymentError, ClientError, BotoCoreError) as error:
        print(f"Not rolled back: {error}", file=sys.stderr)
        return 1
    print(f"All calls are answered by the release of {release['at']}, {release['description']}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
