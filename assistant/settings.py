"""Settings: leadline.toml, then LEADLINE_* variables, then what the command line says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, ValidationError, field_validator
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


class Settings(BaseSettings):
    """Everything that can be set. Each field says why it is there."""

    model_config = SettingsConfigDict(env_prefix="LEADLINE_", extra="forbid", populate_by_name=True)

    home: Path = Field(default_factory=default_home, description="The data folder: library, vectors, files.")
    model: str = Field(
        "auto",
        description="auto: the first tool-capable chat model of a running Ollama, else the embedded one. "
        "embedded: never ask a server. Else a model's name, as Ollama has it.",
    )
    encoder: str = Field(DEFAULT_ENCODER, description="The sentence encoder; changing it needs `leadline reindex`.")
    ollama_host: str = Field(
        "http://127.0.0.1:11434",
        validation_alias=AliasChoices("LEADLINE_OLLAMA_HOST", "OLLAMA_HOST", "ollama_host"),
        description="Where Ollama listens; OLLAMA_HOST is honoured as every client of it does.",
    )
    ollama_timeout_s: float = Field(120.0, gt=0, description="How long one answer of a model may take, in seconds.")
    num_ctx: int = Field(8192, ge=1024, description="Context length asked of Ollama; left to it, it may cut silently.")
    temperature: float = Field(0.0, ge=0, le=2, description="0 makes a model's answers repeatable.")
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
    max_file_mib: int = Field(1024, ge=1, description="Larger files are refused.")
    samples: bool = Field(True, description="Put the sample documents into an empty library when the page starts.")

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
