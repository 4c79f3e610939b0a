"""Files by which a document is answered, made for their author to sign."""

import datetime as dt
import uuid

from chalicelib.kep import ber
from chalicelib.services.edo import document_store
from chalicelib.services.edo.document_model import (
    Document,
    DraftKind,
    NewDraft,
    SignedFile,
)
from chalicelib.services.edo.formats import buyer_title, seller_title, technology
from chalicelib.services.edo.participant import Participant


def make(
    seen: Document, new: NewDraft, me: Participant, moment: dt.datetime, guid: uuid.UUID
) -> tuple[str, bytes]:
    """Return the file's name and its bytes; ``me`` is the author as its organisation is now."""
    original, other = seen.original, seen.other.party()
    match new.kind:
        case DraftKind.BUYER_TITLE:
            title = seller_title.read(document_store.content(original), original.file_name)
            return buyer_title.make(
                title,
                (_signature(original),),
                me.party(),
                me.signer(),
                moment,
                guid,
                outcome=new.outcome,
                accepted_on=new.accepted_on,
            )
        case DraftKind.CORRECTION_REQUEST:
            rejected = seen.answered_by(new.kind)
            received_at = rejected.signature.received_at
            return technology.correction_request(
                _about(rejected),
                me.party(),
                other,
                me.signer(),
                new.reason or "",
                received_at,
                guid,
            )
        case DraftKind.ANNULMENT_OFFER:
            return technology.annulment_offer(
                _about(original), me.party(), other, me.signer(), new.reason or "", moment, guid
            )


def _about(file: SignedFile) -> technology.SignedFile:
    return technology.SignedFile(file.file_name, (_signature(file),))


def _signature(file: SignedFile) -> bytes:
    return ber.unarmour(document_store.signature(file))
