"""``Settings``, all groups together, and where their values come from."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from searchapp.errors import UsageError
from searchapp.settings.access import AccessSettings
from searchapp.settings.answers import AnswerSettings
from searchapp.settings.elasticsearch import ElasticsearchSettings
from searchapp.settings.embedding import EmbeddingSettings
from searchapp.settings.folders import FolderSettings
from searchapp.settings.ingestion import IngestionSettings
from searchapp.settings.search import SearchSettings
from searchapp.settings.serving import ServingSettings
from searchapp.settings.sources import SourceSettings
from searchapp.settings.watching import WatchingSettings

SETTINGS_FILE = "searchapp.toml"


class Settings(
    FolderSettings,
    ElasticsearchSettings,
    EmbeddingSettings,
    SearchSettings,
    AnswerSettings,
    SourceSettings,
    IngestionSettings,
    WatchingSettings,
    ServingSettings,
    AccessSettings,
    BaseSettings,
):
    """Everything that can be set. Every field has a default that works; docs/settings.md lists them all."""

    model_config = SettingsConfigDict(
        env_prefix="SEARCHAPP_", toml_file=SETTINGS_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, files of ``secrets_dir``, ``searchapp.toml``."""
        toml = TomlConfigSettingsSource(settings_cls)
        folder = Path(os.environ.get("SEARCHAPP_SECRETS_DIR") or toml().get("secrets_dir") or "")
        named = folder != Path() and folder.is_dir()  # what is not a folder is refused as a setting, in our words
        secrets = SecretsSettingsSource(settings_cls, secrets_dir=folder if named else None)
        return init_settings, env_settings, secrets, toml


def load_settings(**overrides: object) -> Settings:
    """Read the settings; ``overrides`` win over environment and file.

    Raises UsageError naming the first setting that is wrong and what it may be. A secret's value is never named.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"])
        subject = f"The setting SEARCHAPP_{name.upper()}" if name else "The settings"
        raise UsageError(
            f"{subject} cannot be used: {first['msg'].removeprefix('Value error, ')}.",
            f"Set it in the environment or in {SETTINGS_FILE}; docs/settings.md lists what each may be.",
        ) from error
    except ValueError as error:  # searchapp.toml is not TOML
        raise UsageError(f"{SETTINGS_FILE} cannot be read: {error}.", "Mend the line that it names.") from error
