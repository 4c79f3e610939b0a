"""A document that a participant sends: the licence charged, the file and its signature."""

from chalicelib.core.uploads import files as uploads
from chalicelib.runtime.identifier import new_identifier
from chalicelib.services.edo.documents.model import Document, DocumentKind, FileRole
from chalicelib.services.edo.exchange import rules
from chalicelib.services.edo.exchange.model import OutgoingDocument
from chalicelib.services.edo.exchange.signed_content import SignedContent
from chalicelib.services.edo.licences import rules as licence_rules
from chalicelib.services.edo.licences.lookup import load_running_licences
from chalicelib.services.edo.licences.model import EdoLicence
from chalicelib.services.edo.participants.model import Participant


def choose_licence(client_id: str, recipient: Participant) -> EdoLicence | None:
    """Return the licence of the sender that is charged with the document, or None.

    Raises:
        LicenceRequired: the document is in roaming and no licence has a document left.
    """
    running = load_running_licences(client_id)
    if recipient.roaming:
        return licence_rules.require_licence(running)
    return licence_rules.licence_in_use(running)


def prepare_document(
    client_id: str,
    payload: OutgoingDocument,
    sender: Participant,
    recipient: Participant,
    licence: EdoLicence | None,
) -> tuple[Document, SignedContent]:
    """Verify the signature of a file, keep the file as evidence and return the new document.

    Raises:
        PayloadInvalid: the file is no seller's title, though the kind is a УПД.
        Problem: the upload is missing or the signature is refused, see
            :meth:`.SignedContent.accept`.
    """
    content: bytes = payload.file.content or uploads.load_upload(
        client_id, payload.file.upload_id or ""
    )
    signed = SignedContent(FileRole.DOCUMENT, payload.file.filename, content, payload.signature)
    with rules.title_faults_at("/file"):
        is_upd = payload.kind is DocumentKind.UPD
        upd = signed.read_upd(sender, recipient) if is_upd else None
    document = rules.new_document(
        new_identifier(),
        signed.accept(client_id, sender),
        sender,
        recipient,
        kind=payload.kind,
        upd=upd,
        licence_id=licence.licence_id if licence else None,
    )
    return document, signed
