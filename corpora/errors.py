"""Every error that a user can meet, in one place.

    LeadlineError
    ├── UsageError              the command or setting was given wrongly
    ├── SettingsError           leadline.toml or a LEADLINE_* variable does not parse
    ├── ReadError               a file could not become a document
    │   ├── FileMissing
    │   ├── FileEmpty
    │   ├── FileTooLarge
    │   ├── NotADocument        not a PDF, or of a kind that is not read
    │   ├── FileDamaged         truncated or broken beyond reading
    │   ├── PasswordNeeded
    │   ├── NoTextLayer         pages are images, or there is nothing to read
    │   └── OcrMissing          OCR was insisted on, and is not installed
    ├── LibraryError
    │   ├── LibraryLocked       another process is writing
    │   ├── LibraryReadOnly
    │   ├── LibraryDamaged
    │   ├── DocumentNotFound
    │   └── PageNotFound
    ├── EncoderError            the sentence encoder is missing or fails
    ├── ToolError               a tool was asked for something it cannot do
    ├── ModelError              a chat model is missing, down, or broke off
    │   ├── ModelInterrupted    it broke off in a way that asking again may mend
    │   ├── NoToolCalls         it cannot call tools
    │   └── Stopped             the user stopped the turn
    ├── ConversationError       a conversation could not be kept or read
    │   └── ConversationNotFound
    ├── LimitReached            one person has used what one person may
    └── ServeError              the page could not be served

Each carries `message` (what happened, to what) and `mend` (the command or setting that mends it).
"""

from __future__ import annotations


class LeadlineError(Exception):
    """Base of the tree. `str(error)` is one readable line: what happened, then what mends it."""

    #: How the command line ends: 1 a clear failure, 2 wrong usage.
    exit_code = 1

    def __init__(self, message: str, mend: str = "") -> None:
        self.message = message.rstrip()
        self.mend = mend.rstrip()
        super().__init__(f"{self.message} {self.mend}".strip())


class UsageError(LeadlineError):
    exit_code = 2


class SettingsError(LeadlineError):
    exit_code = 2


class ReadError(LeadlineError):
    """A file that could not become a document. Nothing of it was added."""


class FileMissing(ReadError):
    pass


class FileEmpty(ReadError):
    pass


class FileTooLarge(ReadError):
    pass


class NotADocument(ReadError):
    pass


class FileDamaged(ReadError):
    pass


class PasswordNeeded(ReadError):
    pass


class NoTextLayer(ReadError):
    pass


class OcrMissing(ReadError):
    pass


class LibraryError(LeadlineError):
    pass


class LibraryLocked(LibraryError):
    pass


class LibraryReadOnly(LibraryError):
    pass


class LibraryDamaged(LibraryError):
    pass


class DocumentNotFound(LibraryError):
    pass


class PageNotFound(LibraryError):
    pass


class EncoderError(LeadlineError):
    pass


class ToolError(LeadlineError):
    pass


class ModelError(LeadlineError):
    pass


class ModelInterrupted(ModelError):
    """Worth one more try: what was said up to there is no answer."""


class NoToolCalls(ModelError):
    pass


class Stopped(ModelError):
    pass


class ConversationError(LeadlineError):
    pass


class ConversationNotFound(ConversationError):
    pass


class LimitReached(LeadlineError):
    pass


class ServeError(LeadlineError):
    pass
