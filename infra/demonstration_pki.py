"""A demonstration certification authority and its signatures, for this machine only.

It stands in for the token of a person who tries the product out: a root, an issuing authority,
certificates for the personas, CRLs, and signatures, without any system package. Its authorities
say «Демонстрационный» in their names and are trusted nowhere else; the keys lie in plain files.
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
    """The demonstration authority of one folder, with a certificate for every persona.

    What the folder lacks is made and kept there, so that keys and certificates stay the same from
    run to run; a persona whose requisites changed gets a new certificate. ``present`` gives the
    moment at which certificates begin and signatures are made.
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
        """The present moment of the authority, to the second."""
        return self._present().replace(microsecond=0)

    def bundle(self) -> str:
        """PEM of the demonstration root and its issuing authority, for ``Trust.from_pem``."""
        return "".join(
            pem.armor("CERTIFICATE", identity.certificate).decode()
            for identity in (self._root, self._authority)
        )

    def crls(self) -> list[bytes]:
        """Empty revocation lists (DER) of both authorities, valid for thirty days from now."""
        now = self.present()
        return [
            revocation_list(identity, {}, now - timedelta(hours=1), now + timedelta(days=30))
            for identity in (self._root, self._authority)
        ]

    def certificate(self, persona: str, variant: Variant = "valid") -> bytes:
        """The DER certificate of a persona. Raises KeyError for an unknown one."""
        return self._identities[persona, variant].certificate

    def sign(
        self, content: bytes, persona: str, *, attached: bool = False, variant: Variant = "valid"
    ) -> bytes:
        """Content signed by a persona: CAdES-BES, DER. Raises KeyError for an unknown one."""
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
