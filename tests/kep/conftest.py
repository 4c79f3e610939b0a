"""Two test PKIs: one made in Python, one made by openssl with its GOST engine."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, pem

from chalicelib.kep import KepError, Subject, Trust, ber
from infra.gost_pki import (
    Identity,
    Key,
    distinguished_name,
    issue,
    name_fields,
    revocation_list,
    sign,
)
from tests.support.samples import SAMPLES

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)

LEGAL = Subject(
    common_name="ООО «Ромашка»",
    surname="Иванова",
    given_name="Анна",
    patronymic="Петровна",
    organisation="ООО «Ромашка»",
    position="Генеральный директор",
    inn="500100732259",
    organisation_inn="7707083893",
    ogrn="1027700132195",
    snils="11223344595",
)
ENTREPRENEUR = Subject(
    common_name="Петрова Мария Ивановна",
    surname="Петрова",
    given_name="Мария",
    patronymic="Ивановна",
    inn="500100732259",
    organisation_inn="500100732259",
    ogrnip="304500116000157",
)
NATURAL = Subject(
    common_name="Сидоров Иван", surname="Сидоров", given_name="Иван", inn="500100732259"
)


@dataclass(frozen=True)
class Pki:
    """Identities by name, with the trust bundle and the revocation lists of a verifier."""

    identities: dict[str, Identity]

    def __getitem__(self, name: str) -> Identity:
        return self.identities[name]

    def pem(self, *names: str) -> str:
        return "".join(pem.armor("CERTIFICATE", self[name].certificate).decode() for name in names)

    def crl(
        self, name: str, revoked: dict[int, datetime] | None = None, at: datetime = AT
    ) -> bytes:
        return revocation_list(
            self[name], revoked or {}, at - timedelta(hours=1), at + timedelta(days=1)
        )

    def trust(self, **rules: Any) -> Trust:
        crls = rules.pop("crls", None)
        return Trust.from_pem(
            self.pem("root", "ca"),
            [self.crl("root"), self.crl("ca")] if crls is None else crls,
            **rules,
        )

    def sign(self, content: bytes, *names: str, attached: bool = False, **options: Any) -> bytes:
        return sign(
            content,
            [self[name] for name in names],
            at=AT - timedelta(minutes=1),
            attached=attached,
            **options,
        )


@pytest.fixture(scope="session")
def at() -> datetime:
    """The time at which messages of the Python PKI are received."""
    return AT


@pytest.fixture(scope="session")
def pki() -> Pki:
    made: dict[str, Identity] = {}

    def add(name: str, fields: dict[str, str], issuer: str | None, **options: Any) -> None:
        made[name] = issue(
            key=options.pop("key", None)
            or Key.generate(options.pop("parameters", "1.2.643.2.2.36.0")),
            name=distinguished_name(fields),
            issuer=made[issuer] if issuer else None,
            not_before=options.pop("not_before", AT - YEAR),
            not_after=options.pop("not_after", AT + YEAR),
            **options,
        )

    root, ca = {"2.5.4.3": "Тестовый корень"}, {"2.5.4.3": "Тестовый УЦ"}
    legal = name_fields(LEGAL)
    add("root", root, None, authority=True)
    add("ca", ca, "root", authority=True)
    add("twin", ca, "root", authority=True)
    add("foreign", root, None, authority=True)
    add("foreign_ca", ca, "foreign", authority=True)
    add("legal", legal, "ca")
    add("entrepreneur", name_fields(ENTREPRENEUR), "ca", parameters="1.2.643.7.1.2.1.1.1")
    add("natural", name_fields(NATURAL), "ca")
    add("legal_512", legal, "ca", parameters="1.2.643.7.1.2.1.2.1")
    add("expired", legal, "ca", not_after=AT - timedelta(seconds=1))
    add("future", legal, "ca", not_before=AT + timedelta(seconds=1))
    add("of_twin", legal, "twin")
    add("of_foreign", legal, "foreign_ca")
    add("of_end_entity", legal, "legal")
    add("same_key", name_fields(NATURAL), "ca", key=made["legal"].key)
    return Pki(made)


@pytest.fixture(scope="session")
def subjects() -> dict[str, Subject]:
    """The subjects of the certificates of the Python PKI."""
    return {"legal": LEGAL, "entrepreneur": ENTREPRENEUR, "natural": NATURAL}


def _contents(encoded: bytes) -> list[bytes]:
    _, start, end = ber.header(encoded, 0, len(encoded))
    return [encoded[at:stop] for _, at, stop in ber.children(encoded, start, end)]


@pytest.fixture(scope="session")
def rebuilt() -> Callable[..., bytes]:
    """Return a function that replaces signer infos or certificates (DER) of a message."""

    def rebuild(
        message: bytes,
        *,
        signer_infos: list[bytes] | None = None,
        certificates: list[bytes] | None = None,
    ) -> bytes:
        content_type, explicit = _contents(message)
        fields = _contents(_contents(explicit)[0])
        if signer_infos is not None:
            fields[-1] = ber.element(0x31, b"".join(signer_infos))
        if certificates is not None:
            fields = [field for field in fields if field[0] != 0xA0]
            if certificates:
                fields.insert(-1, ber.element(0xA0, b"".join(certificates)))
        signed_data = ber.element(0x30, b"".join(fields))
        return ber.element(0x30, content_type + ber.element(0xA0, signed_data))

    return rebuild


@pytest.fixture(scope="session")
def resigned(rebuilt: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a function that changes the single SignerInfo and signs its attributes again."""

    def change(message: bytes, signer: Identity, alter: Callable[[Any], None]) -> bytes:
        signed_data = cms.ContentInfo.load(message)["content"]
        [signer_info] = signed_data["signer_infos"]
        signer_info = cms.SignerInfo.load(signer_info.dump())
        alter(signer_info)
        attributes = ber.element(0x31, signer_info["signed_attrs"].contents)
        signer_info["signature"] = signer.key.sign(attributes)
        return rebuilt(message, signer_infos=[signer_info.dump(force=True)])

    return change


@pytest.fixture
def refused() -> Callable[[str], Any]:
    """Return a context manager whose body must raise KepError with the given code."""

    def expect(code: str) -> Any:
        return pytest.raises(KepError, check=lambda error: error.code == code)

    return expect


@dataclass(frozen=True)
class OpensslPki:
    """The folder that ``openssl_pki.sh`` creates."""

    folder: Path

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def trust(self, *crls: str, **rules: Any) -> Trust:
        names = crls or ("root.crl", "ca.crl", "twin.crl", "ca512.crl")
        return Trust.from_pem(self.read("bundle.pem"), [self.read(name) for name in names], **rules)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["openssl", *arguments],
            cwd=self.folder,
            env=os.environ | {"OPENSSL_CONF": "openssl.cnf", "CA": "ca", "MD": "md_gost12_256"},
            capture_output=True,
        )


@pytest.fixture(scope="session")
def openssl_pki(gost_engine: None, tmp_path_factory: pytest.TempPathFactory) -> OpensslPki:
    folder = tmp_path_factory.mktemp("openssl-pki")
    script = Path(__file__).with_name("openssl_pki.sh")
    done = subprocess.run(["sh", str(script), str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return OpensslPki(folder)


@pytest.fixture(scope="session")
def ministry_samples() -> Path:
    """The test vectors of ТК 26 and a trust list in the format of the ministry."""
    return SAMPLES / "kep"
