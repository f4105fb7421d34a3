"""A hub for models on this machine: a real web server that answers as the Hugging Face hub does."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web

from .ports import free_port

_LFS = 1000  # bytes; larger files are in Git LFS
_CHUNK = 1 << 16


@dataclass
class Hub:
    """Repositories, what was asked of them, and faults on demand.

    Args:
        repositories: files by name, by the repository's id.
        gated: repositories that ask for a login.
        break_after: so many bytes into a file the connection ends.
        rate: bytes a second of the files asked for from now on; None for as fast as it goes.
        lie: what is sent in place of a file's content, by its name.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    break_after: int | None = None
    rate: int | None = None
    lie: dict[str, bytes] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """What HF_ENDPOINT is to be."""
        return f"http://127.0.0.1:{self.port}"

    def revision(self, repository: str) -> str:
        """The latest revision of a repository: another one when a file changes."""
        files = sorted(self.repositories[repository].items())
        hashes = [(name, _sha256(content)) for name, content in files]
        return hashlib.sha1(repr(hashes).encode()).hexdigest()

    async def info(self, request: web.Request) -> web.Response:
        """What is in a repository."""
        repository = f"{request.match_info['owner']}/{request.match_info['name']}"
        self.looked.append(repository)
        if repository not in self.repositories:
            return web.Response(status=401, headers={"X-Error-Code": "RepoNotFound"})
        assert request.query["blobs"] in ("true", "True")
        files = self.repositories[repository].items()
        return web.json_response(
            {
                "id": repository,
                "sha": self.revision(repository),
                "gated": "manual" if repository in self.gated else False,
                "siblings": [_sibling(name, content) for name, content in files],
            }
        )

    async def resolve(self, request: web.Request) -> web.Response:
        """Tell where a file is."""
        repository = f"{request.match_info['owner']}/{request.match_info['name']}"
        file, revision = request.match_info["file"], request.match_info["revision"]
        files = self.repositories.get(repository, {})
        if file not in files:
            return web.Response(status=404, headers={"X-Error-Code": "EntryNotFound"})
        if repository in self.gated:
            return web.Response(status=401, headers={"X-Error-Code": "GatedRepo"})
        if revision not in ("main", self.revision(repository)):
            return web.Response(status=404, headers={"X-Error-Code": "RevisionNotFound"})
        headers = {
            "X-Repo-Commit": self.revision(repository),
            "X-Linked-Etag": f'"{_sha256(files[file])}"',
            "Location": f"/cdn/{repository}/{file}",
        }
        return web.Response(status=302, headers=headers)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Send a file, or the rest of it."""
        info = request.match_info
        wanted = request.headers.get("Range")
        self.requests.append((info["file"], wanted))
        content = self.repositories[f"{info['owner']}/{info['name']}"][info["file"]]
        content = self.lie.get(info["file"], content)
        if wanted:
            content = content[int(wanted.removeprefix("bytes=").removesuffix("-")) :]
        response = web.StreamResponse(status=206 if wanted else 200)
        response.content_length = len(content)
        await response.prepare(request)
        part, rate = content[: self.break_after], self.rate
        for start in range(0, len(part), _CHUNK):
            await response.write(part[start : start + _CHUNK])
            if rate:
                await asyncio.sleep(_CHUNK / rate)
        if len(part) < len(content):
            assert request.transport is not None
            request.transport.close()
        return response


@cache
def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@cache
def _git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _sibling(name: str, content: bytes) -> dict[str, Any]:
    """A file as the hub tells of it."""
    sibling: dict[str, Any] = {
        "rfilename": name,
        "size": len(content),
        "blobId": _git_sha1(content),
    }
    if len(content) > _LFS:
        sibling["lfs"] = {"size": len(content), "sha256": _sha256(content), "pointerSize": 134}
    return sibling


@contextmanager
def serving(hub: Hub) -> Generator[Hub]:
    """Let `hub` answer, in a thread of its own: who asks may block."""
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_get("/api/models/{owner}/{name}/revision/{revision}", hub.info)
    app.router.add_get("/{owner}/{name}/resolve/{revision}/{file:.+}", hub.resolve)
    app.router.add_get("/cdn/{owner}/{name}/{file:.+}", hub.send)
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", hub.port).start()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield hub
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
