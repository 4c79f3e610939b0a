"""A demonstration certification authority and its signatures, for this machine only.

The authority replaces the USB tokens of the personas: it has a root, an issuing authority,
certificates of the personas and CRLs, and makes signatures. No system package is needed. The names
of both authorities begin with «Демонстрационный», no other system trusts them, and the keys are
stored in files without encryption.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from asn1crypto import pem

from chalicelib.kep import Subject, subject
from chalicelib.runtime import clock
from infra.gost_pki import (
    Identity,
    Key,
    distinguished_name,
    issue,
    name_fields,
    revocation_list,
    sign,
)

Variant = Literal["valid", "expired", "natural_person"]

_YEARS: Final = timedelta(days=3652)
_CN: Final = subject.COMMON_NAME
_AUTHORITY: Final = {subject.ORGANISATION: "Демонстрационный УЦ (не для настоящих подписей)"}


class DemonstrationPki:
    """A demonstration authority whose keys and certificates are stored in a folder.

    Missing keys and certificates are made and stored, so they stay the same from run to run. A
    persona whose requisites have changed gets a new certificate.

    Args:
        folder: where keys and certificates are stored.
        personas: the subject of each persona's certificate.
        present: returns the time at which certificates are issued and signatures are made.
    """

    def __init__(
        self,
        folder: Path,
        personas: Mapping[str, Subject],
        present: Callable[[], datetime] = clock.now,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._present = present
        self._now = self.present()
        self._root = self._kept("root", _AUTHORITY | {_CN: "Демонстрационный головной УЦ"}, None)
        self._authority = self._kept(
            "authority", _AUTHORITY | {_CN: "Демонстрационный УЦ"}, self._root
        )
        self._identities = {
            (persona, variant): self._kept(f"{persona}-{variant}", fields, self._authority, variant)
            for persona, holder in personas.items()
            for variant, fields in _variants(holder).items()
        }

    def present(self) -> datetime:
        """Return the present time of the authority, to the second."""
        return self._present().replace(microsecond=0)

    def bundle(self) -> str:
        """Return the PEM certificates of root and issuing authority, for ``Trust.from_pem``."""
        return "".join(
            pem.armor("CERTIFICATE", identity.certificate).decode()
            for identity in (self._root, self._authority)
        )

    def crls(self) -> list[bytes]:
        """Return empty DER revocation lists of both authorities, valid for thirty days."""
        now = self.present()
        return [
            revocation_list(identity, {}, now - timedelta(hours=1), now + timedelta(days=30))
            for identity in (self._root, self._authority)
        ]

    def certificate(self, persona: str, variant: Variant = "valid") -> bytes:
        """Return the DER certificate of a persona.

        Raises:
            KeyError: there is no such persona.
        """
        return self._identities[persona, variant].certificate

    def sign(
        self, content: bytes, persona: str, *, attached: bool = False, variant: Variant = "valid"
    ) -> bytes:
        """Return a signature of a persona over content: CAdES-BES in DER.

        Raises:
            KeyError: there is no such persona.
        """
        return sign(
            content,
            [self._identities[persona, variant]],
            at=self.present(),
            attached=attached,
            certificates=[self._authority.certificate],
        )

    def _kept(
        self,
        label: str,
        fields: Mapping[str, str],
        issuer: Identity | None,
        variant: Variant = "valid",
    ) -> Identity:
        file = self._folder / f"{label}.json"
        name = distinguished_name(fields)
        if file.exists():
            kept = json.loads(file.read_text())
            identity = Identity(Key(int(kept["key"], 16)), bytes.fromhex(kept["certificate"]))
            if identity.name == name and (issuer is None or kept["issuer"] == issuer.key_id.hex()):
                return identity
        expired = variant == "expired"
        identity = issue(
            key=Key.generate(),
            name=name,
            issuer=issuer,
            not_before=self._now - (timedelta(days=400) if expired else timedelta(days=1)),
            not_after=self._now - timedelta(days=35) if expired else self._now + _YEARS,
            authority=label in ("root", "authority"),
        )
        file.touch(mode=0o600)
        file.write_text(
            json.dumps(
                {
                    "key": f"{identity.key.secret:x}",
                    "certificate": identity.certificate.hex(),
                    "issuer": issuer.key_id.hex() if issuer else None,
                }
            )
        )
        return identity


def _variants(holder: Subject) -> dict[Variant, dict[str, str]]:
    person = dataclasses.replace(
        holder, organisation=None, position=None, organisation_inn=None, ogrn=None, ogrnip=None
    )
    return {
        "valid": name_fields(holder),
        "expired": name_fields(holder),
        "natural_person": name_fields(person),
    }
