"""What a running Ollama has: its models with size, context and capabilities; pulling one; loading one ahead of time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.models.addresses import client_options
from assistant.records import plain
from assistant.settings import Settings
from corpora.errors import ModelError

if TYPE_CHECKING:
    import httpx

#: A listing is asked for with every turn: a server that needs longer than this for it is not usable.
_ANSWER_S = 10.0
_shown: dict[tuple[str, str], Mapping[str, Any]] = {}


@dataclass(frozen=True)
class InstalledModel:
    """A model that an Ollama server has.

    size: bytes on its disk. context_length: tokens that the model was made for, 0 where unknown. capabilities: as
    Ollama says them: completion, tools, thinking, vision, embedding ... quantisation: as Q4_K_M. parameters: as 4.0B.
    remote: that it runs elsewhere ("cloud"): text sent to it leaves the machine.
    """

    name: str
    size: int
    context_length: int
    capabilities: tuple[str, ...]
    digest: str
    quantisation: str
    parameters: str = ""
    family: str = ""
    remote: bool = False
    remote_host: str = ""

    @property
    def chats(self) -> bool:
        return "completion" in self.capabilities or "tools" in self.capabilities

    def to_json(self) -> dict[str, Any]:
        record: dict[str, Any] = plain(self)
        return record


@dataclass(frozen=True)
class Pull:
    """Progress of a pull: what is done now, and how many bytes of how many; `done` with the last one."""

    status: str
    completed: int = 0
    total: int = 0
    done: bool = False


def installed(settings: Settings, *, quiet: bool = True) -> list[InstalledModel]:
    """The chat models of Ollama, as it lists them. Those that run elsewhere only where `remote` is set.

    Raises
    ------
    ModelError
        Ollama does not answer, unless `quiet`.
    """
    try:
        found = listing(settings)
    except ModelError:
        if quiet:
            return []
        raise
    return [one for one in found if one.chats and (settings.remote or not one.remote)]


def listing(settings: Settings) -> list[InstalledModel]:
    """Every model of Ollama: chat models, embedding models, and those that run elsewhere.

    Raises
    ------
    ModelError
        Ollama does not answer.
    """
    with _asking(settings) as client:
        reply = _checked(client.get("/api/tags"), settings).json()
        return [_model(client, settings, entry) for entry in reply.get("models") or ()]


def show(settings: Settings, name: str) -> dict[str, Any]:
    """What Ollama knows of a model: /api/show, without its licence and template.

    Raises
    ------
    ModelError
        Ollama does not answer or does not have the model.
    """
    with _asking(settings) as client:
        reply = _checked(client.post("/api/show", json={"model": name}), settings, name).json()
    return {key: value for key, value in reply.items() if key not in ("license", "modelfile", "template", "tensors")}


def shown(settings: Settings, model: InstalledModel) -> Mapping[str, Any]:
    """`show`, asked once for each model of each server."""
    key = (settings.ollama_host, model.digest or model.name)
    if key not in _shown:
        _shown[key] = show(settings, model.name)
    return _shown[key]


def running(settings: Settings) -> dict[str, int]:
    """The models that are loaded, with the context length each was loaded with, in tokens; empty where unknown."""
    with _asking(settings) as client:
        reply = _checked(client.get("/api/ps"), settings).json()
    return {str(one.get("name", "")): int(one.get("context_length") or 0) for one in reply.get("models") or ()}


def pull(settings: Settings, name: str) -> Iterator[Pull]:
    """Download a model, with progress. Ends with `done`; closing it half-way leaves what was downloaded for later.

    Raises
    ------
    ModelError
        There is no such model, the disk is full, the download broke off, or Ollama does not answer.
    """
    import httpx

    wanted = name.strip().removeprefix("ollama:")
    if not wanted:
        raise ModelError("No model is named.", "Give one: leadline models pull qwen3:4b")
    again = f"Run it again to go on from there: leadline models pull {wanted}"
    limits = httpx.Timeout(None, connect=settings.connect_timeout_s, read=settings.load_timeout_s)
    with _asking(settings, limits) as client:
        with client.stream("POST", "/api/pull", json={"model": wanted}) as reply:
            if reply.status_code != 200:
                reply.read()
                _checked(reply, settings, wanted)
            for line in reply.iter_lines():
                if not line.strip():
                    continue
                state = json.loads(line)
                if state.get("error"):
                    raise _pull_error(wanted, str(state["error"]))
                done = state.get("status") == "success"
                yield Pull(
                    str(state.get("status", "")), int(state.get("completed") or 0), int(state.get("total") or 0), done
                )
                if done:
                    return
    raise ModelError(f"The download of {wanted} broke off before it was complete.", again)


def warm(settings: Settings, name: str, num_ctx: int) -> float:
    """Load a model as a turn will need it, so that the first question does not wait. Returns seconds.

    Raises
    ------
    ModelError
        It cannot be loaded, or not within `load_timeout_s`.
    """
    import time

    import httpx

    body = {
        "model": name,
        "messages": [],
        "stream": False,
        "keep_alive": settings.keep_alive,
        "options": {"num_ctx": num_ctx},
    }
    started = time.monotonic()
    limits = httpx.Timeout(settings.load_timeout_s, connect=settings.connect_timeout_s)
    with _asking(settings, limits) as client:
        _checked(client.post("/api/chat", json=body), settings, name)
    return time.monotonic() - started


def _model(client: httpx.Client, settings: Settings, entry: Mapping[str, Any]) -> InstalledModel:
    details = entry.get("details") or {}
    name = str(entry.get("name") or entry.get("model") or "")
    host = str(entry.get("remote_host") or "")
    capabilities, context = entry.get("capabilities"), int(details.get("context_length") or 0)
    if capabilities is None or not context:
        # An older server lists neither; both are in what it shows of each model.
        known = _known(client, settings, name, str(entry.get("digest") or ""))
        capabilities = known.get("capabilities") or () if capabilities is None else capabilities
        context = context or context_of(known)
        host = host or str(known.get("remote_host") or "")
    return InstalledModel(
        name=name,
        size=int(entry.get("size") or 0),
        context_length=context,
        capabilities=tuple(str(one) for one in capabilities),
        digest=str(entry.get("digest") or ""),
        quantisation=str(details.get("quantization_level") or ""),
        parameters=str(details.get("parameter_size") or ""),
        family=str(details.get("family") or ""),
        # The tags of Ollama's own cloud say so even where a server leaves the host out.
        remote=bool(host) or name.endswith(("-cloud", ":cloud")),
        remote_host=host,
    )


def _known(client: httpx.Client, settings: Settings, name: str, digest: str) -> Mapping[str, Any]:
    key = (settings.ollama_host, digest or name)
    if key not in _shown:
        reply = client.post("/api/show", json={"model": name})
        # A model that is listed and cannot be shown is broken: it is listed without capabilities.
        found = reply.json() if reply.status_code == 200 else {}
        if not digest:
            return found if isinstance(found, dict) else {}
        _shown[key] = found if isinstance(found, dict) else {}
    return _shown[key]


def context_of(answer: Mapping[str, Any]) -> int:
    """The context length in an answer of /api/show, in tokens; 0 where it says none."""
    info = answer.get("model_info") or {}
    found = info.get(f"{info.get('general.architecture')}.context_length")
    return int(found or 0)


class _asking:
    """A client of the Ollama server; what goes wrong while it is used becomes a ModelError with what mends it."""

    def __init__(self, settings: Settings, limits: Any = None) -> None:
        import httpx

        self.settings = settings
        self.client = httpx.Client(
            base_url=settings.ollama_host,
            timeout=limits or httpx.Timeout(_ANSWER_S, connect=min(settings.connect_timeout_s, _ANSWER_S)),
            **client_options(settings.ollama_host),  # type: ignore[arg-type]
        )

    def __enter__(self) -> httpx.Client:
        return self.client

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        import httpx

        self.client.close()
        host = self.settings.ollama_host
        if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
            raise ModelError(
                f"Ollama at {host} did not answer in time.",
                "It may be loading a model: ask again, or raise load_timeout_s in the settings.",
            ) from error
        if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
            raise ModelError(
                f"Ollama does not answer at {host} ({type(error).__name__}).",
                "Start it with `ollama serve`, or use --model embedded.",
            ) from error
        if isinstance(error, ValueError | AttributeError | TypeError | KeyError):
            raise ModelError(
                f"What answers at {host} does not speak Ollama's protocol.",
                "Look at ollama_host in the settings (or OLLAMA_HOST).",
            ) from error


def _checked(reply: httpx.Response, settings: Settings, name: str = "") -> httpx.Response:
    if reply.status_code == 200:
        return reply
    try:
        said = str(reply.json().get("error") or "")
    except (ValueError, AttributeError):
        said = reply.text[:200]
    if reply.status_code == 404 and name:
        raise ModelError(f"Ollama has no model {name!r}.", f"Pull it: leadline models pull {name}")
    if reply.status_code in (401, 403):
        raise ModelError(f"Ollama refuses {name or 'the request'} ({said}).", "Sign in with `ollama signin`.")
    raise ModelError(
        f"Ollama at {settings.ollama_host} answered {reply.status_code} ({said}).", "See the log of `ollama serve`."
    )


def _pull_error(name: str, said: str) -> ModelError:
    if "file does not exist" in said or "not found" in said:
        return ModelError(f"There is no model {name!r} to pull.", "Look for its name at https://ollama.com/library.")
    if "no space" in said:
        return ModelError(f"The disk is too full for {name} ({said}).", "Make room, or remove a model: ollama rm NAME.")
    return ModelError(f"{name} could not be pulled ({said}).", f"Try again: leadline models pull {name}")
