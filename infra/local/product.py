"""The product on this machine: the cloud, the stacks in it, the issuer, and one origin for all."""

import contextlib
import dataclasses
import datetime as dt
import importlib.util
import json
import math
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from infra import artifact, functions, interpreter, secret_store
from infra.build import Build
from infra.demonstration_pki import DemonstrationPki
from infra.local import foreign_operator
from infra.local.api import Api
from infra.local.cloud import HOST, Cloud, CloudError, listen
from infra.local.demonstration import Demonstration
from infra.local.issuer import AUDIENCE, Issuer
from infra.local.origin import Origin
from infra.local.personas import PERSONAS, Persona
from infra.local.trust import put_trust, subjects
from infra.migrate import Migrator
from infra.resend import resend, written
from infra.stacks import DATA, stack_name

STAGE = "local"
DATA_STACK = stack_name(STAGE, DATA)
DOCUMENTS_QUEUE_OUTPUT = "FiscalDocumentsQueueUrl"
SELLER = {
    "name": "ООО «Демонстрационный оператор»",
    "inn": "9677000065",
    "kpp": "967701001",
    "address": "127006, г. Москва, ул. Примерная, д. 1",
    "account": "40702810900000000042",
    "bank_name": "ПАО «Пример Банк», г. Москва",
    "bic": "044525225",
    "correspondent_account": "30101810400000000225",
    "director": "Иванов И. И.",
    "chief_accountant": "Сидорова А. С.",
}
"""The seller on demonstration invoices; the organisation does not exist."""

EDO_OPERATOR_CODE = "2DM"

_UNRELAYED = dt.timedelta(minutes=5)
"""Age of messages that are sent again after a start: the emulator keeps tables without streams."""

_REFERENCE = Path(__file__).with_name("page")
_CABINET = Path(__file__).resolve().parents[2] / "cabinet"


@dataclasses.dataclass(frozen=True)
class Product:
    """The product as it runs here."""

    cloud: Cloud
    outputs: Mapping[str, str]
    issuer: Issuer
    origin: Origin
    pki: DemonstrationPki
    personas: Mapping[str, Persona]
    api: Api
    """Calls without a token."""


@contextlib.contextmanager
def product(
    build: Build,
    *,
    state: Path,
    cloud_python: Path,
    port: int,
    personas: Mapping[str, Persona] = PERSONAS,
    done: Callable[[str], None] = lambda _: None,
) -> Iterator[Product]:
    """Run the product for as long as the context is open; what is put in is kept in ``state``.

    Args:
        build: the templates that production gets, and the artifact of the functions for the
            Python of ``cloud_python``.
        state: the folder for everything kept over restarts.
        cloud_python: the interpreter of the cloud's environment.
        port: of the one origin; 0 takes a free one.
        personas: who can use the product, by their keys.
        done: told of each step, in Russian.

    Raises:
        CloudError, DeploymentError: saying what keeps the product from running.
    """
    runs = interpreter.version_of(cloud_python)
    if (built_for := artifact.read_manifest(build.artifact)["python"]) != runs:
        raise CloudError(f"the artifact is for Python {built_for}, {cloud_python} is {runs}")
    viewer = _viewer_folder()
    with contextlib.ExitStack() as running:
        # First of all, since a taken port should be known at once.
        listener = running.enter_context(listen(port))
        base_url = f"http://{HOST}:{listener.getsockname()[1]}"
        issuer = Issuer(state / "issuer", f"{base_url}/local")
        cloud = running.enter_context(
            Cloud(cloud_python, state=state / "cloud", log=state / "cloud.log")
        )
        if cloud.set_aside_to:
            done(f"данные прежней версии отложены в {cloud.set_aside_to}")
        done("облако запущено")
        secret_store.put(
            cloud.client("secretsmanager"), STAGE, "cursor_key", _secret(state / "cursor-key")
        )
        outputs = _deploy(
            cloud,
            build,
            {
                "Stage": STAGE,
                "Architecture": artifact.architecture(),
                "OidcIssuer": issuer.url,
                "OidcAudience": AUDIENCE,
                "OidcJwksUrl": issuer.jwks_url,
                **secret_store.versions(
                    cloud.client("secretsmanager"),
                    STAGE,
                    functions.settings_of(functions.all_functions([])),
                ),
                "RevocationUnknown": "refuse",
                "StorageUrl": base_url,
                "PublicUrl": f"{base_url}/api",
                "Seller": json.dumps(SELLER, ensure_ascii=False),
                "EdoOperatorCode": EDO_OPERATOR_CODE,
                "ReportingSignInUrl": f"{base_url}/",
                "SenderDomain": "example.ru",
                "SenderAddress": "noreply@example.ru",
            },
        )
        done("шаблоны развёрнуты")
        _migrate(cloud, done)
        if cloud.saved_at:
            since = cloud.saved_at - _UNRELAYED
            messages = written(cloud.client("dynamodb"), outputs, since, cloud.saved_at)
            resend(cloud.client("sqs"), outputs, messages)
        holders = subjects(personas.values()) | {foreign_operator.KEY: foreign_operator.SUBJECT}
        pki = DemonstrationPki(state / "pki", holders)
        put_trust(cloud, outputs["TrustBucketName"], pki)
        running.enter_context(foreign_operator.ForeignOperator(cloud, outputs, pki))
        buckets = {bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]}
        origin = running.enter_context(
            Origin(
                listener,
                http=cloud.http,
                api_url=cloud.api_url(outputs["RestApiId"], "api"),
                storage_url=cloud.endpoint,
                is_bucket=buckets.__contains__,
                demonstration=Demonstration(
                    cloud,
                    issuer,
                    personas=personas,
                    token=pki,
                    documents_queue_url=outputs.get(DOCUMENTS_QUEUE_OUTPUT),
                ),
                folders={"/": _CABINET, "/reference/": _REFERENCE, "/viewer/": viewer},
            )
        )
        api = Api(f"{origin.url}/api", cloud.http)
        yield Product(cloud, outputs, issuer, origin, pki, personas, api)


def _deploy(cloud: Cloud, build: Build, parameters: Mapping[str, str]) -> dict[str, str]:
    """Deploy the stacks one after another; return the outputs of all of them."""
    outputs: dict[str, str] = {}
    for part, template in build.templates.items():
        outputs |= cloud.deploy(
            template,
            artifact=build.artifact,
            stack_name=stack_name(STAGE, part),
            parameters={**parameters, **outputs},
        )
    return outputs


def _migrate(cloud: Cloud, done: Callable[[str], None]) -> None:
    """Give what an earlier version of the product has kept the shape that this version reads."""
    migrator = Migrator(cloud.client("dynamodb"), STAGE, items_per_second=math.inf)
    for migration in migrator.pending():
        if changed := migrator.run(migration).changed:
            done(f"данные прежней версии дополнены: {migration.name}, {changed}")


def _viewer_folder() -> Path:
    """Return the folder of Swagger UI in the package that contains it."""
    package = importlib.util.find_spec("flask_swagger_ui")
    if package is None or package.origin is None:
        raise CloudError("flask-swagger-ui, which carries the API viewer, is not installed")
    return Path(package.origin).with_name("dist")


def _secret(path: Path) -> str:
    """Return the secret in a file, which is made at the first call."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()
