"""A file with a signature, as a participant or the connector has handed them over."""

import dataclasses
from typing import TYPE_CHECKING, Self

from chalicelib.services.edo.documents import evidence
from chalicelib.services.edo.documents.model import Document, FileRole, SignedFile, UpdFacts
from chalicelib.services.edo.exchange import rules
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.participants.model import Participant

if TYPE_CHECKING:  # importing the XML library slows the start of functions that do not need it
    from chalicelib.services.edo.formats import technology


@dataclasses.dataclass(frozen=True)
class SignedContent:
    """Content of a file and a detached signature that is not verified yet."""

    role: FileRole
    file_name: str
    content: bytes
    signature: bytes

    @classmethod
    def over(cls, file: SignedFile, role: FileRole, signature: bytes) -> Self:
        """Return another signature over a file that is kept as evidence."""
        return cls(role, file.file_name, evidence.content(file), signature)

    def accept(self, client_id: str, signer: Participant) -> SignedFile:
        """Verify the signature and keep the file as evidence of the client ``client_id``.

        Raises:
            SignatureRefused: the signature is invalid, or its author may not act for ``signer``.
        """
        from chalicelib.core.signing.acceptance import accept_signature

        return SignedFile(
            role=self.role,
            file_name=self.file_name,
            size=len(self.content),
            signed_by=signer.participant_id,
            evidence_of=client_id,
            signature=accept_signature(
                client_id, self.content, self.signature, inn=signer.inn, ogrn=signer.ogrn
            ),
        )

    def read_upd(self, sender: Participant, recipient: Participant) -> UpdFacts:
        """Read the file as a seller's title from ``sender`` to ``recipient``.

        Raises:
            TitleRefused: with every fault of the file.
        """
        from chalicelib.services.edo.formats import seller_title

        title = seller_title.read(self.content, self.file_name)
        rules.check_parties(title, sender, recipient)
        return UpdFacts.of(title)

    def check_buyer_title(self, document: Document) -> None:
        """Check that the file is a buyer's title that answers the document.

        Raises:
            TitleRefused: with every fault of the file.
        """
        from chalicelib.services.edo.formats import buyer_title

        rules.check_answer(buyer_title.read(self.content, self.file_name), document)

    def read_reason(
        self, kind: "technology.TechnologyKind", about: SignedFile, author: Participant
    ) -> str:
        """Return the text of a correction request or an annulment offer.

        Raises:
            TitleRefused: the file is not a message of that kind, by that author, about that file.
        """
        from chalicelib.services.edo.formats import technology

        message = technology.read(self.content)
        identity = (message.kind, message.author_id, message.about.name)
        if identity != (kind, author.participant_id, about.file_name):
            expected = f"{kind.value} от {author.participant_id} о файле {about.file_name}"
            raise TitleRefused(("", f"Ожидается {expected}."))
        return message.text or ""
