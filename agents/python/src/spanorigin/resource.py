"""Say which code a process runs: repository, commit, version and root, as resource attributes.

`agent` joins them to the resource of the provider it installs into; a program that builds its own resource can use
`OriginResourceDetector`; `spanorigin doctor` shows what was found and where. What the program or the user set already
is never replaced.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from opentelemetry.sdk.resources import Resource, ResourceDetector
from opentelemetry.sdk.trace import Tracer

import spanorigin
from spanorigin import names
from spanorigin.checkout import Checkout, checkout_above, is_revision, public_address
from spanorigin.settings import Settings, process_environment

_COMMITS: Final = (
    "DD_GIT_COMMIT_SHA",
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BITBUCKET_COMMIT",
    "CIRCLE_SHA1",
    "BUILDKITE_COMMIT",
    "BUILD_SOURCEVERSION",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "DRONE_COMMIT_SHA",
    "TRAVIS_COMMIT",
    "SEMAPHORE_GIT_SHA",
    "APPVEYOR_REPO_COMMIT",
    "HEROKU_SLUG_COMMIT",
    "RENDER_GIT_COMMIT",
    "VERCEL_GIT_COMMIT_SHA",
    "RAILWAY_GIT_COMMIT_SHA",
    "GIT_COMMIT",
)
_REPOSITORIES: Final = (
    "DD_GIT_REPOSITORY_URL",
    "CI_PROJECT_URL",
    "CI_REPOSITORY_URL",
    "BITBUCKET_GIT_HTTP_ORIGIN",
    "CIRCLE_REPOSITORY_URL",
    "BUILDKITE_REPO",
    "BUILD_REPOSITORY_URI",
    "CODEBUILD_SOURCE_REPO_URL",
    "DRONE_GIT_HTTP_URL",
    "SEMAPHORE_GIT_URL",
    "GIT_URL",
)
_PROJECT: Final = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it comes from, in words fit for `spanorigin doctor`."""

    value: str
    source: str


def describe(settings: Settings, environ: Mapping[str, str], started_in: Path | None = None) -> dict[str, Found]:
    """What is known of the code that runs, by attribute name; absent where nothing is.

    `started_in` is the folder to look for the project from; without one, the folder of the running program. Reads a
    few small files; raises nothing.
    """
    folder = started_in or program_folder()
    checkout = checkout_above(folder)
    root = _root(settings, folder, checkout)
    if settings.source_root is not None:
        checkout = checkout_above(Path(settings.source_root))
    found: dict[str, Found | None] = {
        names.AGENT_VERSION: Found(spanorigin.__version__, "this agent"),
        names.SOURCE_ROOT: root,
        names.VCS_REVISION: _commit(settings, environ, checkout),
        names.VCS_REPOSITORY_URL: _repository(settings, environ, checkout),
        names.SERVICE_VERSION: _version(environ, Path(root.value)),
    }
    return {name: value for name, value in found.items() if value is not None}


def join(provider: object, settings: Settings, environ: Mapping[str, str]) -> Callable[[], None]:
    """Add what is known to the provider's resource, for its spans from now on; the answer takes it away again.

    Attributes that the resource has already stay. Raises nothing: a provider of another kind is left as it is.
    """
    try:
        before = provider.resource  # type: ignore[attr-defined]
        held = before.attributes
        missing = {name: found.value for name, found in describe(settings, environ).items() if name not in held}
        return _replace(provider, before, Resource({**held, **missing}, before.schema_url))
    except Exception:
        # Whatever the provider is, spans without these attributes are better than no program.
        return lambda: None


class OriginResourceDetector(ResourceDetector):
    """For programs that put their resource together from detectors."""

    def detect(self) -> Resource:
        """What `describe` finds for this process and its environment."""
        environ = process_environment()
        found = describe(Settings.from_environment(environ), environ)
        return Resource({name: value.value for name, value in found.items()})


def program_folder() -> Path:
    """The folder of the script that runs; the working directory for `python -m` and for installed commands."""
    script = sys.modules["__main__"].__dict__.get("__file__") if "__main__" in sys.modules else None
    if script is None:
        # So early in a program's life only the command line knows.
        script = next((word for word in sys.orig_argv[1:2] if not word.startswith("-")), None)
    try:
        path = Path(script).absolute() if isinstance(script, str) else None
        if path is None or not path.is_file() or path.parent == Path(sys.executable).parent:
            return Path.cwd()
        is_module = any(word == "-m" for word in sys.orig_argv[1:3]) or _is_installed(path)
        return Path.cwd() if is_module else path.parent
    except OSError:
        return Path(sys.prefix)


def _is_installed(path: Path) -> bool:
    return any(part in ("site-packages", "dist-packages") for part in path.parts) or path.parent in (
        Path(sys.prefix) / "bin",
        Path(sys.prefix) / "Scripts",
    )


def _root(settings: Settings, folder: Path, checkout: Checkout | None) -> Found:
    if settings.source_root is not None:
        return Found(settings.source_root, settings.source_of("source_root"))
    # A home folder that is a checkout holds dot files, and every project besides.
    if checkout is not None and (Path(checkout.root) != Path.home() or folder == Path.home()):
        return Found(checkout.root, "the checkout that the program lies in")
    for above in (folder, *folder.parents):
        if (above / _PROJECT).is_file():
            return Found(str(above), f"nearest {_PROJECT} above the program")
    return Found(str(Path.cwd()), "working directory")


def _commit(settings: Settings, environ: Mapping[str, str], checkout: Checkout | None) -> Found | None:
    if settings.commit is not None:
        return Found(settings.commit, settings.source_of("commit"))
    for variable, text in _set(environ, _COMMITS, "git.commit.sha"):
        if is_revision(text.lower()):
            return Found(text.lower(), variable)
    return Found(checkout.commit, f"{checkout.root}/.git") if checkout is not None and checkout.commit else None


def _repository(settings: Settings, environ: Mapping[str, str], checkout: Checkout | None) -> Found | None:
    if settings.repository is not None:
        address = public_address(settings.repository)
        return Found(address or settings.repository, settings.source_of("repository"))
    candidates = list(_set(environ, _REPOSITORIES, "git.repository_url"))
    server, slug = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    if server and slug:
        candidates.append(("GITHUB_REPOSITORY", f"{server}/{slug}"))
    for variable, text in candidates:
        address = public_address(text)
        if address is not None:
            return Found(address, variable)
    return Found(checkout.repository, f"{checkout.root}/.git") if checkout is not None and checkout.repository else None


def _version(environ: Mapping[str, str], root: Path) -> Found | None:
    for variable in ("DD_VERSION", "CI_COMMIT_TAG"):
        if environ.get(variable, "").strip():
            return Found(environ[variable].strip(), variable)
    try:
        project = _project(root / _PROJECT)
        version, name = project.get("version"), project.get("name")
        if isinstance(version, str):
            return Found(version, str(root / _PROJECT))
        if not isinstance(name, str):
            return None
        from importlib import metadata  # a fifth of the whole agent's import, and seldom needed

        return Found(metadata.version(name), f"installed metadata of {name}")
    except (OSError, ValueError, ImportError):  # PackageNotFoundError is an ImportError
        return None


def _project(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import tomllib  # 3.11 and later; on 3.10 there is no reader, and no version from here

    project = tomllib.loads(path.read_text("utf-8")).get("project")
    return project if isinstance(project, dict) else {}


def _set(environ: Mapping[str, str], variables: tuple[str, ...], tag: str) -> Iterator[tuple[str, str]]:
    """Those of `variables` that are set, the first (Datadog's) also as a tag in DD_TAGS."""
    for variable in variables:
        if environ.get(variable, "").strip():
            yield variable, environ[variable].strip()
        if variable == variables[0]:
            for entry in environ.get("DD_TAGS", "").replace(",", " ").split():
                if entry.startswith(f"{tag}:"):
                    yield "DD_TAGS", entry.removeprefix(f"{tag}:")


def _replace(provider: Any, before: Resource, after: Resource) -> Callable[[], None]:
    """Give the provider, and the tracers it made before, another resource; the answer gives the first one back."""
    _set_resource(provider, before, after)

    def undo() -> None:
        if provider.resource is after:
            _set_resource(provider, after, before)

    return undo


def _set_resource(provider: Any, before: Resource, after: Resource) -> None:
    # Instrumentations take their tracers before anybody is asked, so those have to learn of it too.
    lock = getattr(provider, "_tracers_lock", None)
    if lock is not None:
        with lock:
            provider._resource = after
            for tracer in list(provider._tracers.values()):
                tracer._set_resource(after)
        return
    # Older SDKs keep no list of their tracers. Looking through the heap takes some 10 ms, once, at start.
    provider._resource = after
    for thing in gc.get_objects():
        if type(thing) is Tracer and thing.resource is before:
            thing.resource = after
