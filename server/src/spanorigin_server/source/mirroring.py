"""Fetch a repository into a bare one of ours, or unpack a bundle into it. A program of its own, started by `fetching`.

Apart from the server for three reasons: dulwich starts `ssh`, and the process that holds the store must not fork; what
a stranger sends may take any memory and any time, and here both have limits; and it can be stopped. What to do comes as
JSON on the input, so that credentials are in no list of processes; what came of it goes to the output, as JSON.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from .reach import Reach, ReachRefused

MEMORY_MOST_BYTES: Final = 4 * 1024**3
_TIMEOUT_S: Final = 60.0
_MIRRORED = (b"refs/heads/", b"refs/tags/")


class NotFetched(Exception):  # noqa: N818  # named for what came about
    """What went wrong, in words that hold no credentials."""


def mirror(job: dict[str, Any]) -> dict[str, str | None]:
    """Do a job: `folder` to fetch into; `url` with `username` and `password`, or `bundle`; `address` for its config.

    Gives the commit that the default branch is at, None in an empty repository. Raises NotFetched.
    """
    from dulwich.repo import Repo

    folder = Path(job["folder"])
    if not folder.exists():
        folder.mkdir(parents=True)
        Repo.init_bare(str(folder)).close()
    with Repo(str(folder)) as repo:
        refs, head = _from_bundle(repo, job["bundle"]) if job.get("bundle") else _from_remote(repo, job)
        _set_refs(repo, refs, head, keeps_others=bool(job.get("bundle")))
        if job.get("address"):
            config = repo.get_config()
            config.set((b"remote", b"origin"), b"url", job["address"].encode())
            config.write_to_path()
        try:
            return {"commit": repo.head().decode()}
        except (KeyError, ValueError):
            return {"commit": None}


def _from_remote(repo: Any, job: dict[str, Any]) -> tuple[dict[bytes, bytes], bytes | None]:
    from dulwich.client import HttpGitClient, get_transport_and_path_from_url

    url = job["url"]
    secrets = [text for text in (job.get("password"), job.get("username")) if text]
    try:
        if url.startswith(("http://", "https://")):
            client: Any = HttpGitClient(
                url, username=job.get("username"), password=job.get("password"), timeout=_TIMEOUT_S
            )
            path = url
        else:
            client, path = get_transport_and_path_from_url(url, ssh_command=job["ssh_command"])
        Reach(urlsplit(url).hostname or "").watch()
        found = client.fetch(path, repo, determine_wants=_wanted)
    except ReachRefused as refusal:
        raise NotFetched(str(refusal)) from None
    except Exception as error:  # dulwich's own are of a dozen types, and it lets those of urllib3 through
        raise NotFetched(_without(secrets, f"{type(error).__name__}: {error}")) from None
    refs = {name: value for name, value in found.refs.items() if value is not None and name.startswith(_MIRRORED)}
    return refs, found.symrefs.get(b"HEAD")


def _wanted(refs: dict[bytes, bytes], _depth: int | None = None) -> list[bytes]:
    """Branches and tags: not the thousands of pull requests that some servers offer."""
    return sorted({value for name, value in refs.items() if name.startswith(_MIRRORED) and not name.endswith(b"^{}")})


def _from_bundle(repo: Any, path: str) -> tuple[dict[bytes, bytes], bytes | None]:
    """What is in a bundle; its pack is read from the file, so that a large one needs no memory."""
    with Path(path).open("rb") as file:
        if file.readline() not in (b"# v2 git bundle\n", b"# v3 git bundle\n"):
            raise NotFetched("the file is no git bundle. Make one with: git bundle create shop.bundle --all")
        refs: dict[bytes, bytes] = {}
        missing: list[str] = []
        while (line := file.readline(8192).rstrip(b"\n")) != b"":
            if line.startswith(b"@"):
                if line.startswith(b"@object-format=") and line != b"@object-format=sha1":
                    raise NotFetched("the bundle is of a SHA-256 repository, which is not read yet")
                if line.startswith(b"@filter="):
                    raise NotFetched("the bundle is partial. Make a whole one: git bundle create shop.bundle --all")
                continue
            name, _, words = line.removeprefix(b"-").partition(b" ")
            if line.startswith(b"-"):
                if name not in repo.object_store:
                    missing.append(name.decode(errors="replace")[:12])
            else:
                refs[words] = name
        if missing:
            raise NotFetched(
                f"the bundle builds on commits that are not here: {', '.join(missing[:3])}. Make a whole one: "
                "git bundle create shop.bundle --all"
            )
        try:
            repo.object_store.add_thin_pack(file.read, None)
        except Exception as error:
            raise NotFetched(f"its pack cannot be read: {type(error).__name__}: {error}") from None
    for name, value in refs.items():
        if value not in repo.object_store:
            raise NotFetched(f"{name.decode(errors='replace')} is not in the bundle's pack")
    head = next((name for name, value in refs.items() if name != b"HEAD" and value == refs.get(b"HEAD")), None)
    return {name: value for name, value in refs.items() if name.startswith(_MIRRORED)}, head


def _set_refs(repo: Any, refs: dict[bytes, bytes], head: bytes | None, *, keeps_others: bool) -> None:
    known = {name for name in repo.refs.allkeys() if name.startswith(_MIRRORED)}
    for name in set() if keeps_others else known - set(refs):
        repo.refs.remove_if_equals(name, None)
    for name, value in refs.items():
        try:
            repo.refs.set_if_equals(name, None, value)
        except Exception:  # noqa: S112  # a name that this file system or git cannot have; the commit is there anyway
            continue
    branches = [name for name in refs if name.startswith(b"refs/heads/")]
    likely = [head, b"refs/heads/main", b"refs/heads/master", *sorted(branches)]
    for name in likely:
        if name is not None and name in refs:
            repo.refs.set_symbolic_ref(b"HEAD", name)
            return


def _without(secrets: list[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


def main() -> int:
    job = json.load(sys.stdin)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    for limit, most in ((resource.RLIMIT_FSIZE, job["bytes_most"]), (resource.RLIMIT_AS, MEMORY_MOST_BYTES)):
        resource.setrlimit(limit, (most, most))
    try:
        answer: dict[str, str | None] = mirror(job)
    except NotFetched as problem:
        answer = {"problem": str(problem)}
    except MemoryError:
        answer = {"problem": f"it needs more than {MEMORY_MOST_BYTES // 1024**3} GiB of memory"}
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
