"""One ``Settings``, read once: ``SEARCHAPP_*`` variables first, then a folder of secrets, then ``searchapp.toml``, then
the defaults here.

This is the only package that reads the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from searchapp.errors import UsageError
from searchapp.settings.alerting import AlertSettings
from searchapp.settings.indexing import (
    MOST_SHARDS,
    ElasticsearchSettings,
    EmbeddingSettings,
    FolderSettings,
    IndexOptions,
    OpenAISettings,
    Precision,
)
from searchapp.settings.ingesting import IngestionSettings, SourceSettings
from searchapp.settings.serving import (
    AccessSettings,
    AnswerSettings,
    Auditing,
    AuditSettings,
    Authentication,
    ConversationSettings,
    Fusion,
    LogFormat,
    MissedSettings,
    SearchSettings,
    ServingSettings,
    WatchingSettings,
)

SETTINGS_FILE = "searchapp.toml"


class Settings(
    FolderSettings,
    ElasticsearchSettings,
    EmbeddingSettings,
    OpenAISettings,
    SearchSettings,
    AnswerSettings,
    ConversationSettings,
    SourceSettings,
    IngestionSettings,
    WatchingSettings,
    AlertSettings,
    ServingSettings,
    AccessSettings,
    AuditSettings,
    MissedSettings,
    BaseSettings,
):
    """Everything that can be set. Every field has a default that works; docs/settings.md lists them all."""

    model_config = SettingsConfigDict(
        env_prefix="SEARCHAPP_", toml_file=SETTINGS_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    @property
    def chooses_model(self) -> bool:
        """Whether an embedding model was chosen; left open, an index keeps the one that it was built with."""
        return "embedding_model" in self.model_fields_set

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
        return init_settings, _EmptyPrompts(settings_cls), env_settings, secrets, toml


class _EmptyPrompts(PydanticBaseSettingsSource):
    """Prompts that are set to nothing: an empty variable counts as unset, but "no prompt" must be possible to say."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """See ``PydanticBaseSettingsSource``."""
        is_empty = field_name.endswith("_prompt") and os.environ.get(f"SEARCHAPP_{field_name.upper()}") == ""
        return ("" if is_empty else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """The fields that are empty."""
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def load_settings(**overrides: object) -> Settings:
    """Read the settings; ``overrides`` win over environment and file.

    Raises UsageError naming the first setting that is wrong and what it may be. A secret's value is never named.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        if name:
            raise UsageError("setting_unusable", name=name.upper(), why=why, file=SETTINGS_FILE) from error
        raise UsageError("settings_unusable", why=why, file=SETTINGS_FILE) from error
    except ValueError as error:  # searchapp.toml is not TOML
        raise UsageError("settings_file_unreadable", file=SETTINGS_FILE, why=str(error)) from error


__all__ = [
    "MOST_SHARDS",
    "SETTINGS_FILE",
    "Auditing",
    "Authentication",
    "Fusion",
    "IndexOptions",
    "LogFormat",
    "Precision",
    "Settings",
    "load_settings",
]
