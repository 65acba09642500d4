"""Word's files of before 2007 (.doc, WPS's .wps): made a .docx by msdoc2docx in a process of its own, then read as one.

msdoc2docx is Python and follows Microsoft's description of the format; a long document takes it many seconds.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.documents.docx import docx_text
from classifier.reading.documents.text_files import FileText
from classifier.reading.doubts import doubt
from classifier.reading.guarded import CannotRead, GuardedReader, Messages, ReaderEnded, answer_inputs
from classifier.reading.kinds import OLE, is_locked
from classifier.reading.reading_options import Limits

WORD_SECONDS = 15
"""How long making a .docx may take; tens of thousands of paragraphs take as long."""
READER = GuardedReader("classifier.reading.documents.word97", "msdoc2docx", "doc2docx", WORD_SECONDS, patience=2)
_LOST = frozenset({
    "MAIN_TEXTBOX_TABLE_MALFORMED", "GROUPED_MAIN_TEXTBOXES_DEFERRED", "NOTE_REFERENCE_DEFERRED", "OFFICEART_MALFORMED",
})  # fmt: skip
"""What msdoc2docx says where it left out text that a reader of the document sees."""
_OBJECT = "\ufffc"


def word97_text(data: bytes, name: str, limits: Limits) -> FileText:
    """All text that a reader of a .doc sees, as ``docx_text`` gives it.

    Raises InputRefused where it is damaged, locked with a password, older than Word 97, or takes too much time or
    memory.
    """
    if not data.startswith(OLE):
        raise InputRefused(name, say("word.other_old_format"))
    if is_locked(data):
        raise InputRefused(name, say("word.locked"))
    # The folder is this process's, so that it goes even where the other one is ended.
    try:
        with READER.lock, tempfile.TemporaryDirectory(prefix="lanmu-") as folder:
            ((told, made),) = READER.ask(data, name, {"folder": folder, "most": limits.document_unpacked_bytes})
    except ReaderEnded as ended:
        raise InputRefused(name, say("word.late", seconds=WORD_SECONDS)) from ended
    except OSError as error:
        raise InputRefused(name, say("word.no_folder", error=error.strerror or error)) from error
    text = docx_text(made, name, limits).text.replace(_OBJECT, "")
    if not text.strip():
        raise InputRefused(name, say("word.no_text"))
    return FileText(text, doubts=(doubt("boxes_lost"),) if told["lost"] else ())


# The other process ------------------------------------------------------------------------------------


def main() -> None:
    """Answer old Word files with the same as .docx until there are no more."""
    answer_inputs(_answer, WORD_SECONDS, say("word.late", seconds=WORD_SECONDS))


def _answer(head: dict[str, Any], data: bytes) -> Messages:
    import doc2docx
    from doc2docx.errors import EncryptedDocumentError

    old, new = Path(head["folder"], "old.doc"), Path(head["folder"], "new.docx")
    try:
        old.write_bytes(data)
        result = doc2docx.convert(old, new)
        if new.stat().st_size > head["most"]:
            raise CannotRead(say("word.too_large"))
        told = {diagnostic.code for diagnostic in result.report.diagnostics}
        yield {"lost": bool(told & _LOST)}, new.read_bytes()
    except EncryptedDocumentError as error:
        raise CannotRead(say("word.locked")) from error
    except (CannotRead, MemoryError):
        raise
    except Exception as error:  # whatever its parsers stumble over
        raise CannotRead(say("word.damaged_old", error=str(error)[:200])) from error


if __name__ == "__main__":
    main()
