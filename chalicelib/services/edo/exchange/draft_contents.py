"""Contents of drafts in the bucket Edo, which deletes them after thirty days."""

from chalicelib.runtime import object_store
from chalicelib.services.edo.exchange.model import AnswerDraft
from chalicelib.services.edo.exchange.rules import DraftMissing
from chalicelib.services.edo.resources import EDO_FILES


def put_draft_content(draft: AnswerDraft, content: bytes) -> None:
    """Put the content of a draft into the bucket."""
    object_store.put(EDO_FILES, _key(draft), content, "application/xml")


def load_draft_content(draft: AnswerDraft) -> bytes:
    """Return the content of a draft, the bytes to sign.

    Raises:
        DraftMissing: the bucket has deleted the content.
    """
    content = object_store.get(EDO_FILES, _key(draft))
    if content is None:
        raise DraftMissing(kind=draft.kind.value)
    return content


def _key(draft: AnswerDraft) -> str:
    return f"drafts/{draft.client_id}/{draft.draft_id}"
