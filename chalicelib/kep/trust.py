"""Trust configuration: anchors, intermediates, revocation lists and rules."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from chalicelib.kep import ber, certificate
from chalicelib.kep.certificate import Certificate
from chalicelib.kep.crl import CRL
from chalicelib.kep.crl import parse as parse_crl
from chalicelib.kep.errors import KepError

_CRL_LINE: Final = re.compile(rb"^CRL: (https?://\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What signatures are verified against. Build once, use for every message.

    Attributes:
        roots: trust anchors, DER by DER subject name. Parsed on demand, because the list of
            accredited authorities has more than a thousand certificates.
        intermediates: certificates of other authorities, DER by DER subject name.
        crls: revocation lists by the DER name of their issuer.
        published_at: further URLs of revocation lists.
        revocation_unknown: whether to refuse or accept a certificate that no current list covers.
        policies: certificate policies, one of which every path must carry, such as КС1
            (1.2.643.100.113.1); empty for no demand.
        accredited: ``Certificate.key_sha256`` of the authorities that may issue a signer's
            certificate; empty for no demand.
    """

    roots: dict[bytes, list[bytes]] = field(repr=False)
    intermediates: dict[bytes, list[bytes]] = field(repr=False, default_factory=dict)
    crls: Mapping[bytes, Sequence[CRL]] = field(repr=False, default_factory=dict)
    published_at: tuple[str, ...] = field(repr=False, default=())
    revocation_unknown: Literal["refuse", "accept"] = "refuse"
    policies: frozenset[str] = frozenset()
    accredited: frozenset[str] = frozenset()

    @classmethod
    def from_pem(
        cls,
        bundle: bytes | str,
        crls: Iterable[CRL | bytes] = (),
        *,
        revocation_unknown: Literal["refuse", "accept"] = "refuse",
        policies: Iterable[str] = (),
        accredited: Iterable[str] = (),
    ) -> "Trust":
        """Return the configuration for a bundle of PEM certificates.

        Self-issued certificates become trust anchors. Lines ``CRL: http…`` between the
        certificates state further URLs of revocation lists.

        Args:
            bundle: PEM certificates, with any text between them.
            crls: validated lists (``CRL``) or, for small lists, DER whose signature is verified
                at each use.
            revocation_unknown: see the attribute.
            policies: see the attribute.
            accredited: see the attribute.

        Raises:
            KepError: ``malformed``, a certificate or a list cannot be parsed.
        """
        text = bundle.encode() if isinstance(bundle, str) else bundle
        roots: defaultdict[bytes, list[bytes]] = defaultdict(list)
        intermediates: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for der in ber.pem_blocks(text):
            issuer, subject = certificate.issuer_and_subject(der)
            (roots if issuer == subject else intermediates)[subject].append(der)
        by_issuer: defaultdict[bytes, list[CRL]] = defaultdict(list)
        for source in crls:
            crl = source if isinstance(source, CRL) else parse_crl(source)
            by_issuer[crl.issuer_name].append(crl)
        return cls(
            roots=dict(roots),
            intermediates=dict(intermediates),
            crls=dict(by_issuer),
            published_at=tuple(match.decode() for match in _CRL_LINE.findall(text)),
            revocation_unknown=revocation_unknown,
            policies=frozenset(policies),
            accredited=frozenset(accredited),
        )

    def with_crls(self, crls: Mapping[bytes, Sequence[CRL]]) -> "Trust":
        """Return a copy with other revocation lists, by the DER name of their issuer.

        Only ``crls.get`` is called, so a mapping may load lists on demand.
        """
        return replace(self, crls=crls)

    def is_anchor(self, candidate: Certificate) -> bool:
        """Return whether the certificate is a trust anchor."""
        return candidate.der in self.roots.get(candidate.subject_name, ())

    def authorities_named(self, name: bytes) -> list[Certificate]:
        """Return the certificates of the bundle with this DER subject name, anchors first.

        An authority has a certificate for each of its keys. Certificates that cannot be parsed
        are omitted.
        """
        authorities = []
        for der in (*self.roots.get(name, ()), *self.intermediates.get(name, ())):
            try:
                authorities.append(certificate.parse(der))
            except KepError:
                continue
        return authorities

    def crls_of(self, issuer: Certificate) -> Sequence[CRL]:
        """Return the revocation lists with the issuer's name, whichever key signed them."""
        return self.crls.get(issuer.subject_name, ())

    def crl_urls(self) -> list[str]:
        """Return the HTTP URLs of the lists that a scheduled refresh has to fetch.

        These are the URLs in the bundle and the distribution points of its certificates. The
        distribution points of signers' certificates are in ``Certificate.crl_urls``.
        """
        urls = dict.fromkeys(self.published_at)
        for name in {*self.roots, *self.intermediates}:
            for authority in self.authorities_named(name):
                urls.update(dict.fromkeys(authority.crl_urls))
        return sorted(url for url in urls if url.startswith(("http://", "https://")))
