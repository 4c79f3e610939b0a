"""Makes the files that answer a document, for their author to sign."""

import datetime as dt
import uuid

from chalicelib.kep import ber
from chalicelib.services.edo.documents import evidence
from chalicelib.services.edo.documents.model import Document, SignedFile
from chalicelib.services.edo.exchange.model import DraftKind, NewDraft
from chalicelib.services.edo.exchange.rules import answered_file
from chalicelib.services.edo.formats import buyer_title, seller_title, technology
from chalicelib.services.edo.participants.model import Participant


def make(
    document: Document, payload: NewDraft, author: Participant, moment: dt.datetime, guid: uuid.UUID
) -> tuple[str, bytes]:
    """Return the name and the content of the file that answers the document.

    ``author`` is the side that answers, with the current name and address of its organisation.

    Raises:
        TitleRefused: a value does not fit the format.
    """
    original, other = document.original, document.other.party()
    match payload.kind:
        case DraftKind.BUYER_TITLE:
            title = seller_title.read(evidence.content(original), original.file_name)
            return buyer_title.make(
                title,
                (_signature(original),),
                author.party(),
                author.signer(),
                moment,
                guid,
                outcome=payload.outcome,
                accepted_on=payload.accepted_on,
            )
        case DraftKind.CORRECTION_REQUEST:
            rejected = answered_file(document, payload.kind)
            return technology.correction_request(
                _reference(rejected),
                author.party(),
                other,
                author.signer(),
                payload.reason or "",
                rejected.signature.received_at,
                guid,
            )
        case DraftKind.ANNULMENT_OFFER:
            return technology.annulment_offer(
                _reference(original),
                author.party(),
                other,
                author.signer(),
                payload.reason or "",
                moment,
                guid,
            )


def _reference(file: SignedFile) -> technology.ReferencedFile:
    return technology.ReferencedFile(file.file_name, (_signature(file),))


def _signature(file: SignedFile) -> bytes:
    return ber.unarmour(evidence.signature(file))
