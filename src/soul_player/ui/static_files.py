"""The files of the page: text and pictures that hold nothing of anybody, open to whoever reaches this address."""

import asyncio
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from soul_player.ui.api.answers import Answer, problem_answer
from soul_player.ui.problems import Refused

PAGE = Path(__file__).parent / "page"
INDEX = "index.html"
SIGN_IN = "sign-in.html"
# What is none of these is not served, whatever lies in the folder.
CONTENT_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}


async def file_answer(path: str, if_none_match: str, *, is_signed_in: bool) -> Answer:
    """The file at this path of an address. A path that names no file is a place in the page: the page itself."""
    name = path.lstrip("/") or INDEX
    if "." not in name.rpartition("/")[2]:
        name = INDEX
    if name == INDEX and not is_signed_in:
        name = SIGN_IN
    suffix = Path(name).suffix.lower()
    body = await asyncio.to_thread(_read, name) if suffix in CONTENT_TYPES else None
    if body is None:
        return problem_answer(Refused(HTTPStatus.NOT_FOUND, "not_found", "the page has no such file"))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (
        (b"content-type", CONTENT_TYPES[suffix].encode()),
        (b"cache-control", b"no-cache"),
        (b"etag", etag.encode()),
    )
    if etag in if_none_match:
        return Answer(HTTPStatus.NOT_MODIFIED, headers)
    return Answer(HTTPStatus.OK, headers, body)


def _read(name: str) -> bytes | None:
    """None: it is not one of the page's own."""
    if "\0" in name or "\\" in name:
        return None
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE.resolve()) or any(part.startswith(".") for part in Path(name).parts):
        return None
    try:
        return path.read_bytes()
    except OSError:
        return None
