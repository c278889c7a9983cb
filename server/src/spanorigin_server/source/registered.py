"""The repositories that people register while the server runs: by folder, by address to clone, by uploaded bundle.

Beside those named at its start. What is cloned or uploaded becomes a bare repository below the data folder, so that
only git's objects are ever read of it. Asked by `registering`; what is ready joins `repositories.Repositories`.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Literal

from spanorigin_server.answers import Refused
from spanorigin_server.kept import Kept
from spanorigin_server.records import StartRefused, StoreFailed

from .addresses import Credentials, checked_address
from .checkout import Checkout
from .fetching import fetched
from .registration import Entry, Registration, head_of, told
from .repositories import Repositories, Repository, opened

REPOSITORIES_MOST: Final = 200
_FETCHES_AT_ONCE: Final = 2
# How often a span of an unknown commit may make us look whether it has been pushed by now.
_MISSED_AGAIN_S: Final = 60.0
_NAME: Final = re.compile(r"[^\s/@?#%\\][^/@?#%\\\x00-\x1f]{0,99}")


class Registered:
    """May be used from any thread. `close` stops what is being fetched."""

    def __init__(self, repositories: Repositories, data: Path, credentials: Credentials | None = None) -> None:
        self._repositories = repositories
        self._at_start = repositories.members
        self._kept = Kept(data / "repositories.json", Registration, "repositories")
        self._folder = data / "source"
        self._credentials = credentials or Credentials()
        self._entries: dict[str, Entry] = {}
        self._stopping = threading.Event()
        self._fetchers = ThreadPoolExecutor(_FETCHES_AT_ONCE, thread_name_prefix="fetching")
        repositories.missed = self._missed

    def open(self) -> None:
        """Take up what was registered before. What cannot be opened is listed with its problem.

        Raises StartRefused when the list itself is broken.
        """
        with self._kept.lock:
            try:
                kept = self._kept.read()
            except StoreFailed as failure:
                raise StartRefused(failure.message, slug=failure.slug) from None
            for registration in kept:
                entry = self._entries[registration.id] = Entry(registration)
                if registration.kind == "path":
                    self._open_folder(entry)
                elif self._mirror(entry).exists():
                    self._open_mirror(entry)
                elif registration.kind == "url":
                    self._fetch(entry)
                else:
                    entry.state, entry.problem = "failed", "Its files are gone. Upload the bundle again."
            self._join()

    def listed(self) -> list[dict[str, Any]]:
        """Repository registrations as the contract has them, those of the start first."""
        with self._kept.lock:
            entries = [told(entry) for entry in self._entries.values()]
        at_start = [
            {
                "id": f"start-{number}",
                "kind": "start",
                "name": member.name,
                "where": str(member.root),
                "state": "ready",
                "problem": None,
                "commit": head_of(member),
                "fetched_ns": None,
                "created_ns": None,
            }
            for number, member in enumerate(self._at_start)
        ]
        return at_start + sorted(entries, key=lambda entry: (entry["name"].casefold(), entry["id"]))

    def one(self, repository_id: str) -> dict[str, Any]:
        return told(self._entry(repository_id))

    def add_folder(self, path: str, name: str = "") -> dict[str, Any]:
        """Register a checkout on this machine. Raises Refused when there is none."""
        place = Path(path).expanduser()
        if not place.is_absolute() or "\0" in path:
            message = (
                f"{path[:200]!r} is no whole path. Give one that begins at the root, as the server's machine has it."
            )
            raise Refused(message, slug="repository-not-there")
        try:
            is_there = place.is_dir()
        except OSError:
            is_there = False
        if not is_there:
            message = f"There is no folder {path[:200]!r} on the server's machine. Give the folder of a checkout."
            raise Refused(message, slug="repository-not-there")
        try:
            member = opened(place, name.strip() or None)
            if not isinstance(member, Checkout):
                # Whoever starts the server may show a folder's files; over the network only what git tracks.
                message = f"{path[:200]!r} is in no git repository. Give the folder of a checkout."
                raise Refused(message, slug="repository-not-git")
        except StartRefused as problem:
            raise Refused(problem.message, slug=problem.slug) from None
        # Under the name that its code has from now on, and has when the server is started again.
        entry = self._made("path", member.name, str(place))
        entry.member, entry.state = member, "ready"
        return self._registered(entry)

    def add_url(self, url: str, name: str = "") -> dict[str, Any]:
        """Register an address; it is cloned in the background. Raises Refused for one that cannot be cloned from."""
        entry = self._made("url", name, checked_address(url))
        made = self._registered(entry)
        self._fetch(entry)
        return made

    def add_bundle(self, bundle: Path, name: str, address: str = "") -> dict[str, Any]:
        """Register what is in a bundle file, which is ours from now on. `address` is the repository's, for spans."""
        if not name and not address:
            raise Refused("name is missing. A bundle does not say what it is of.", slug="repository-name")
        entry = self._made("bundle", name, checked_address(address) if address else "")
        made = self._registered(entry)
        self._fetch(entry, bundle)
        return made

    def refresh(self, repository_id: str, bundle: Path | None = None) -> dict[str, Any]:
        """Fetch again; of a bundle's repository, what a newer bundle adds. A folder is opened anew."""
        entry = self._entry(repository_id)
        kind = entry.registration.kind
        if (kind == "bundle") != (bundle is not None):
            message = "A repository of bundles is renewed by a bundle, and no other is. Send one as the body."
            raise Refused(message, slug="repository-refresh")
        if entry.state == "fetching":
            raise Refused("It is being fetched just now. Wait for that.", slug="repository-busy", status=409)
        if kind == "path":
            self._open_folder(entry)
            self._join()
        else:
            self._fetch(entry, bundle)
        return told(entry)

    def remove(self, repository_id: str) -> None:
        """Forget a registration, and the copy that was made of it. A folder of the user's is left alone."""
        entry = self._entry(repository_id)
        if entry.state == "fetching":
            raise Refused("It is being fetched just now. Wait for that.", slug="repository-busy", status=409)
        with self._kept.lock:
            self._kept.write([each for each in self._kept.read() if each.id != repository_id])
            self._entries.pop(repository_id, None)
            self._join()
        if entry.registration.kind != "path":
            shutil.rmtree(self._mirror(entry), ignore_errors=True)

    def upload_place(self) -> Path:
        """Where the body of an upload is kept until it is unpacked."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"upload-{secrets.token_hex(8)}.bundle"

    def close(self) -> None:
        self._stopping.set()
        self._fetchers.shutdown(wait=True, cancel_futures=True)

    def _made(self, kind: Literal["path", "url", "bundle"], name: str, where: str) -> Entry:
        name = name.strip()
        if name and not _NAME.fullmatch(name):
            message = f"{name[:100]!r} cannot be a repository's name. Take up to 100 characters, none of / @ ? # % \\."
            raise Refused(message, slug="repository-name")
        name = name or re.split(r"[/:]", where.rstrip("/").removesuffix(".git"))[-1]
        return Entry(Registration(secrets.token_hex(8), kind, name, where, str(time.time_ns())))

    def _registered(self, entry: Entry) -> dict[str, Any]:
        """Keep a new registration."""
        new = entry.registration
        with self._kept.lock:
            known = self._kept.read()
            if len(known) >= REPOSITORIES_MOST:
                message = f"There are {REPOSITORIES_MOST} registered repositories, the most there may be. Remove one."
                raise Refused(message, slug="repositories-full", status=409)
            if any((each.kind, each.name, each.where) == (new.kind, new.name, new.where) for each in known):
                message = f"{new.name} is registered already, from {new.where or 'a bundle'}. Refresh that one."
                raise Refused(message, slug="repository-known", status=409)
            self._kept.write([*known, new])
            self._entries[new.id] = entry
            self._join()
            return told(entry)

    def _entry(self, repository_id: str) -> Entry:
        entry = self._entries.get(repository_id)
        if entry is None:
            if repository_id.startswith("start-"):
                message = "It was named when the server was started, and is there as long as that runs so."
                raise Refused(message, slug="repository-of-the-start", status=409)
            message = (
                "There is no such repository. It may have been removed; /api/v1/repositories lists those there are."
            )
            raise Refused(message, slug="repository-not-found", status=404)
        return entry

    def _mirror(self, entry: Entry) -> Path:
        return self._folder / f"{entry.registration.id}.git"

    def _fetch(self, entry: Entry, bundle: Path | None = None) -> None:
        entry.state, entry.problem = "fetching", None
        with contextlib.suppress(RuntimeError):  # the server is being stopped
            self._fetchers.submit(self._work, entry, bundle)

    def _work(self, entry: Entry, bundle: Path | None) -> None:
        where = entry.registration.where
        job: dict[str, Any] = {"folder": str(self._mirror(entry)), "address": where}
        if bundle is not None:
            job["bundle"] = str(bundle)
        else:
            job |= {"url": where, **self._credentials.of(where)}
        try:
            answer = fetched(job, self._stopping.is_set)
        finally:
            if bundle is not None:
                bundle.unlink(missing_ok=True)
        problem = answer.get("problem")
        if problem is None:
            entry.fetched_ns = time.time_ns()
            self._open_mirror(entry)
        else:
            entry.state, entry.problem = "failed", f"{where or entry.registration.name} could not be read: {problem}."
        self._join()

    def _open_mirror(self, entry: Entry) -> None:
        registration = entry.registration
        try:
            member = Checkout(self._mirror(entry), registration.name, shown=registration.where or registration.name)
        except Exception as error:
            entry.state, entry.problem = (
                "failed",
                f"The copy of it cannot be read: {error}. Remove it, and add it anew.",
            )
            return
        entry.member, entry.state, entry.problem = member, "ready", None

    def _open_folder(self, entry: Entry) -> None:
        try:
            entry.member = opened(Path(entry.registration.where), entry.registration.name)
            entry.state, entry.problem = "ready", None
        except StartRefused as problem:
            entry.member, entry.state, entry.problem = None, "failed", problem.message

    def _join(self) -> None:
        """Make what is ready known to those who look for source."""
        with self._kept.lock:
            ready = [entry.member for entry in self._entries.values() if entry.member is not None]
            self._repositories.members = (*self._at_start, *ready)

    def _missed(self, member: Repository) -> None:
        """A span names a commit that a clone of ours has not: it may have been pushed since."""
        for entry in list(self._entries.values()):
            if entry.member is member and entry.registration.kind == "url" and entry.state != "fetching":
                now = time.monotonic()
                if entry.missed_at is None or now - entry.missed_at > _MISSED_AGAIN_S:
                    entry.missed_at = now
                    self._fetch(entry)
