"""The trust of the product on this machine: in the demonstration authority alone."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable

from chalicelib.core.signing.trust import crl_key
from chalicelib.kep import Subject, Trust, crl
from infra.demonstration_pki import DemonstrationPki
from infra.local.cloud import Cloud
from infra.local.personas import Persona


def subjects(personas: Iterable[Persona]) -> dict[str, Subject]:
    """Return the subject of each persona's certificate by the key of the persona."""
    return {persona.key: _subject(persona) for persona in personas}


def _subject(persona: Persona) -> Subject:
    person, organisation = persona.person, persona.organisation
    natural_person = Subject(
        common_name=f"{person.surname} {person.given_name} {person.patronymic}",
        surname=person.surname,
        given_name=person.given_name,
        patronymic=person.patronymic,
        inn=person.inn,
    )
    if organisation is None:
        return natural_person
    entrepreneur = organisation.kind == "entrepreneur"
    return Subject(
        common_name=natural_person.common_name if entrepreneur else organisation.name,
        surname=natural_person.surname,
        given_name=natural_person.given_name,
        patronymic=natural_person.patronymic,
        organisation=None if entrepreneur else organisation.name,
        position=None if entrepreneur else person.position,
        inn=organisation.inn if entrepreneur else person.inn,
        organisation_inn=organisation.inn,
        ogrn=None if entrepreneur else organisation.ogrn,
        ogrnip=organisation.ogrn if entrepreneur else None,
    )


def put_trust(cloud: Cloud, bucket: str, pki: DemonstrationPki) -> None:
    """Put the demonstration authority and fresh revocation lists into the bucket of trust."""
    s3 = cloud.client("s3")
    bundle = pki.bundle()
    s3.put_object(Bucket=bucket, Key="bundle.pem", Body=bundle.encode())
    trust = Trust.from_pem(bundle)
    lists: defaultdict[bytes, dict[str, str]] = defaultdict(dict)
    for number, data in enumerate(pki.crls()):
        name = crl.parse(data).issuer_name
        valid = crl.validate(data, trust.authorities_named(name), dt.datetime.now(dt.UTC))
        lists[name][f"demonstration:{number}"] = valid.to_json()
    for name, kept in lists.items():
        s3.put_object(Bucket=bucket, Key=crl_key(name), Body=json.dumps(kept).encode())
