"""Settings: leadline.toml, then LEADLINE_* variables, then what the command line says."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from corpora.encoder import DEFAULT_ENCODER
from corpora.errors import SettingsError


def default_home() -> Path:
    """The data folder: `/data` on a Hugging Face Space with persistent storage, else the user's own."""
    if os.environ.get("SPACE_ID") and os.access("/data", os.W_OK):
        return Path("/data/leadline")
    from platformdirs import user_data_path

    return user_data_path("leadline", appauthor=False)


def config_file() -> Path:
    """`LEADLINE_CONFIG`, or leadline.toml in the working folder."""
    return Path(os.environ.get("LEADLINE_CONFIG", "leadline.toml"))


class Server(BaseModel):
    """A server that speaks OpenAI's protocol: vLLM, llama.cpp's server, LM Studio, a router."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="Its address, with the version: http://127.0.0.1:8000/v1.")
    key_env: str = Field(
        "", description="The environment variable that holds its key; the key itself stays out of files."
    )
    context: int = Field(0, ge=0, description="Context length of its models in tokens; 0 takes num_ctx or 8192.")
    tools: bool = Field(True, description="Whether its models can call tools.")
    thinking: bool = Field(False, description="Whether its models think; their thoughts are kept with the turn.")

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("an address begins with http:// or https://")
        return value.rstrip("/")


class Settings(BaseSettings):
    """Everything that can be set. Each field says why it is there."""

    model_config = SettingsConfigDict(env_prefix="LEADLINE_", extra="forbid", populate_by_name=True)

    home: Path = Field(default_factory=default_home, description="The data folder: library, vectors, files.")
    model: str = Field(
        "auto",
        description="auto: the first tool-capable chat model of a running Ollama, else the embedded one. "
        "embedded: never ask a server. Else a model's name as Ollama has it, SERVER:MODEL for one of [servers], or "
        "PROVIDER:MODEL for a hosted one.",
    )
    encoder: str = Field(DEFAULT_ENCODER, description="The sentence encoder; changing it needs `leadline reindex`.")
    reranker: str = Field(
        "",
        description="A cross-encoder of sentence-transformers on this machine, by folder or name, that reads the best "
        "30 hits of a search again and orders them: slower. Empty searches without one.",
    )
    ollama_host: str = Field(
        "http://127.0.0.1:11434",
        validation_alias=AliasChoices("LEADLINE_OLLAMA_HOST", "OLLAMA_HOST", "ollama_host"),
        description="Where Ollama listens; OLLAMA_HOST is honoured as every client of it does.",
    )
    servers: dict[str, Server] = Field(
        default_factory=dict,
        description="Servers that speak OpenAI's protocol, by a name of your own: [servers.lab] url = ..., then "
        "--model lab:MODEL.",
    )
    remote: bool = Field(
        False,
        description="Allow models that run elsewhere: Ollama's cloud models and hosted providers. Questions and "
        "passages then leave this machine; such a model answers only where it is named.",
    )
    fallback: bool = Field(
        False, description="Let the embedded model answer, and say so, where the chosen model fails."
    )
    connect_timeout_s: float = Field(5.0, gt=0, description="How long to wait for a server to take a call, in seconds.")
    load_timeout_s: float = Field(
        300.0,
        gt=0,
        description="How long a model may take to load and read the prompt, until its first token, in seconds.",
    )
    answer_timeout_s: float = Field(
        300.0,
        gt=0,
        validation_alias=AliasChoices(
            "LEADLINE_ANSWER_TIMEOUT_S", "LEADLINE_OLLAMA_TIMEOUT_S", "answer_timeout_s", "ollama_timeout_s"
        ),
        description="How long one answer may take from its first token to its last, in seconds.",
    )
    keep_alive: str = Field(
        "10m", description="How long Ollama keeps a model loaded after a question: 10m, 1h, -1 for ever, 0 not at all."
    )
    num_ctx: int = Field(
        0,
        description="Context length asked of a model, in tokens; 0 chooses the largest useful one that the model and "
        "the memory allow. Left to itself Ollama cuts long prompts silently.",
    )
    thinking: bool | Literal["low", "medium", "high"] = Field(
        False,
        description="Let a model that can think do so before it answers: slower, and better at hard comparisons. Some "
        "models take low, medium or high.",
    )
    temperature: float = Field(
        0.0, ge=0, le=2, description="How freely a model chooses words: 0 makes its answers repeatable, 1 varies them."
    )
    top_k: int | None = Field(
        None, ge=1, description="Choose each word among so many likeliest ones only; unset leaves it to the model."
    )
    top_p: float | None = Field(
        None, gt=0, le=1, description="Choose among the likeliest words that together have this probability."
    )
    seed: int | None = Field(
        None, description="Start of the random numbers: with a temperature above 0, the same seed repeats an answer."
    )
    max_tokens: int = Field(
        2048, ge=16, description="Longest answer in tokens, thinking included; an answer cut there says so."
    )
    passages: int = Field(8, ge=1, le=40, description="Passages that one search shows to the model.")
    host: str = Field("127.0.0.1", description="Where the page listens; 0.0.0.0 shows it to the network.")
    port: int = Field(7860, ge=0, le=65535, description="The page's port; 0 takes any free one.")
    guards: dict[str, Any] = Field(
        default_factory=dict,
        description="Changes to the guard policy: which guards run at each stage, what blocks, what flags.",
    )
    data_folders: list[Path] = Field(
        default_factory=list,
        description="Folders whose NetCDF files may be checked from the chat, besides what was uploaded.",
    )
    allow_network: bool = Field(
        False, description="Let the NetCDF checker read OPeNDAP addresses; without it no address is asked."
    )
    max_file_mib: int = Field(1024, ge=1, description="Larger files are refused.")
    ocr: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Reading of scanned pages: auto where leadline[ocr] is installed, on insists on it, off never.",
    )
    samples: bool = Field(True, description="Put the sample documents into an empty library when the page starts.")
    users_file: Path | None = Field(
        None, description="Names and hashed passwords; with it the page asks for both. `leadline users add` writes it."
    )
    public: bool = Field(
        False, description="A public demo: each visitor has an own library and conversations, which are deleted later."
    )
    answers_at_once: int = Field(2, ge=1, le=32, description="Questions answered at once; the others wait in line.")
    questions_a_minute: int = Field(0, ge=0, description="Questions a minute that one person may ask; 0: no limit.")
    turns_at_once: int = Field(0, ge=0, description="Questions of one person that may wait or run; 0: no limit.")
    max_documents: int = Field(0, ge=0, description="Documents that one person's library may hold; 0: no limit.")
    max_library_mib: int = Field(0, ge=0, description="MiB of files that one person's library may hold; 0: no limit.")

    @field_validator("num_ctx")
    @classmethod
    def _context(cls, value: int) -> int:
        if value and value < 1024:
            raise ValueError("0, or at least 1024 tokens")
        return value

    @field_validator("keep_alive", mode="before")
    @classmethod
    def _duration(cls, value: object) -> str:
        text = str(value).strip()
        if not re.fullmatch(r"-?\d+|(?:\d+(?:\.\d+)?(?:ms|s|m|h))+", text):
            raise ValueError("seconds as a number, or a duration such as 10m or 1h30m")
        return text

    @field_validator("ollama_host")
    @classmethod
    def _address(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if value and "://" not in value:
            value = f"http://{value}"
        host, _, port = value.partition("://")[2].partition(":")
        if host == "0.0.0.0":
            # What a server listens on is no address to call.
            value = value.replace("0.0.0.0", "127.0.0.1")
        return value if port or not host or value.startswith("https") else f"{value}:11434"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())


def load(**flags: Any) -> Settings:
    """Read the settings. `flags` are what the command line says; None means not said.

    Raises
    ------
    SettingsError
        With the name of each setting that is wrong, and what is wrong with it.
    """
    import tomllib

    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(
            f"The settings are wrong: {wrong}.", f"Look at {config_file()} and LEADLINE_* variables."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{config_file()} is not valid TOML: {error}.", "Mend that line, or move the file away."
        ) from error
