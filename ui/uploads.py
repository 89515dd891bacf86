"""Takes the files that a manager brings to be imported: whole, piece by piece, and away again. Knows no content."""

import re
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ui import texts
from ui.access import Access

PATH = "/desk/upload"
MARK = "x-retail-desk"  # a header that another site's page cannot send without being asked first
MOST_BYTES = 1_000_000_000
_KEPT, _HOURS = 6, 4


@dataclass(frozen=True)
class Upload:
    """A file that has come.

    Attributes:
        name: as the person's machine calls it, safe as a file's name.
        size: bytes.
        came: seconds of the monotonic clock.
    """

    file: Path
    name: str
    size: int
    came: float


class Uploads:
    """The last few files, in a folder of their own that goes with the program. Safe between threads."""

    def __init__(self, access: Access, most_bytes: int = MOST_BYTES) -> None:
        """Has no file yet.

        Args:
            access: who may bring one.
            most_bytes: of one file.
        """
        self._access = access
        self._most_bytes = most_bytes
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: OrderedDict[str, Upload] = OrderedDict()
        self._lock = threading.Lock()

    def route(self) -> Route:
        """Where a file is sent to, as the body of a POST, its name in the address."""
        return Route(PATH, self.receive, methods=["POST"])

    async def receive(self, request: Request) -> Response:
        """Takes a file; what does not arrive whole is thrown away."""
        granted = MARK in request.headers and await run_in_threadpool(self._access.admits_manager, request, "upload")
        if not granted:
            return _refused(403, texts.LOCKED)
        name = safe_name(request.query_params.get("name", ""))
        place = self._new_folder() / name
        size = 0
        try:
            with place.open("wb") as opened:
                async for piece in request.stream():
                    size += len(piece)
                    if size > self._most_bytes:
                        return self._dropped(
                            place, 413, texts.UPLOAD_TOO_LARGE.format(most=_megabytes(self._most_bytes))
                        )
                    opened.write(piece)
        except ClientDisconnect:
            return self._dropped(place, 400, texts.UPLOAD_BROKEN)
        except OSError:
            return self._dropped(place, 507, texts.UPLOAD_NO_SPACE)
        return JSONResponse({"file": self._keep(Upload(place, name, size, time.monotonic()))})

    def find(self, key: str) -> Upload | None:
        """The file with this key; None where it has gone."""
        with self._lock:
            return self._files.get(key)

    def _keep(self, upload: Upload) -> str:
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._files[key] = upload
            old = time.monotonic() - _HOURS * 3600
            for each in [k for k, kept in self._files.items() if kept.came < old] or list(self._files)[:-_KEPT]:
                shutil.rmtree(self._files.pop(each).file.parent, ignore_errors=True)
        return key

    def _new_folder(self) -> Path:
        with self._lock:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="retail-uploads-")
        return Path(tempfile.mkdtemp(dir=self._folder.name))

    def _dropped(self, place: Path, status: int, said: str) -> Response:
        shutil.rmtree(place.parent, ignore_errors=True)
        return _refused(status, said)


def safe_name(said: str) -> str:
    """A file's name without a path and without signs that mean something to a system."""
    name = re.split(r"[/\\]", said)[-1]
    name = re.sub(r"[^\w .()-]+", "_", name).strip(" .")
    return name[-100:].strip(" .") or "file"


def _refused(status: int, said: str) -> Response:
    return JSONResponse({"error": said}, status_code=status)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
