"""Makes the technology messages about the passing of a file."""

import base64
import uuid

from chalicelib.core.billing.settings import BillingSettings
from chalicelib.services.edo.documents.model import (
    Document,
    DocumentKind,
    FileRole,
    SignedFile,
    TechnologyMessage,
)
from chalicelib.services.edo.formats.model import Operator
from chalicelib.services.edo.settings import EdoSettings


def make_messages(
    document: Document, file: SignedFile, signature: bytes
) -> tuple[TechnologyMessage, ...]:
    """Return the messages that this operator makes about the passing of a title of a УПД.

    By order 14н of the Ministry of Finance of 05.02.2021, the operator confirms to the sender of a
    title the date of receipt (ПДПОЛ) and to the recipient the date of sending (ПДОТПР), and the
    recipient notifies the sender of the receipt (ИЗВПОЛ). Each operator makes the messages of the
    participants that it serves. Other files have no such messages.
    """
    if document.kind is not DocumentKind.UPD:
        return ()
    if file.role not in {FileRole.DOCUMENT, FileRole.ANSWER}:
        return ()
    from chalicelib.kep import ber
    from chalicelib.services.edo.formats import technology

    sender, recipient = document.sender, document.recipient
    if file.role is FileRole.ANSWER:
        sender, recipient = recipient, sender
    about = technology.ReferencedFile(file.file_name, (ber.unarmour(signature),))
    moment = file.signature.received_at
    operator, sides = _operator(), (sender.party(), recipient.party())
    made = []
    if not sender.roaming:
        confirmation = technology.date_confirmation_of_receipt(
            about, operator, *sides, moment, uuid.uuid4()
        )
        made.append((technology.TechnologyKind.DATE_OF_RECEIPT, sender, confirmation))
    if not recipient.roaming:
        confirmation = technology.date_confirmation_of_sending(
            about, operator, *sides, moment, uuid.uuid4()
        )
        made.append((technology.TechnologyKind.DATE_OF_SENDING, recipient, confirmation))
        notice = technology.receipt_notice(
            about, sides[1], sides[0], recipient.signer(), moment, uuid.uuid4()
        )
        made.append((technology.TechnologyKind.RECEIPT_NOTICE, sender, notice))
    return tuple(
        TechnologyMessage(
            kind=kind.value,
            file_name=name,
            about=file.file_name,
            addressee_id=addressee.participant_id,
            made_at=moment,
            content=base64.b64encode(content).decode(),
        )
        for kind, addressee, (name, content) in made
    )


def _operator() -> Operator:
    seller = BillingSettings.load().seller
    return Operator(code=EdoSettings.load().edo_operator_code, name=seller.name, inn=seller.inn)
