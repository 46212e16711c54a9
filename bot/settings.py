"""All settings, from the environment or a `.env` file."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from tzlocal import get_localzone_name


def _local_zone() -> str:
    try:
        return get_localzone_name() or "UTC"
    except LookupError:
        return "UTC"


class Settings(BaseSettings):
    """What can be set from outside; secrets are never shown in logs or `repr`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    database_url: SecretStr = SecretStr("sqlite:///parley.db")
    host: str | None = Field(None, alias="PARLEY_HOST")
    port: int = Field(8000, alias="PORT")
    secret: SecretStr | None = Field(None, alias="PARLEY_SECRET")
    hosts_: str = Field("", alias="PARLEY_HOSTS")
    workspace: str = Field("Parley", alias="PARLEY_WORKSPACE")
    timezone: str = Field(default_factory=_local_zone, alias="PARLEY_TIMEZONE")
    language: str = Field("en", alias="PARLEY_LANGUAGE")
    currency: str = Field("USD", alias="PARLEY_CURRENCY")
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str | None = None  # else where the library goes
    telegram_bot_token: SecretStr | None = None
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_api_url: str | None = None
    metrics_token: SecretStr | None = Field(None, alias="PARLEY_METRICS_TOKEN")
    log_level: str = Field("WARNING", alias="PARLEY_LOG_LEVEL")

    @property
    def hosts(self) -> list[str]:
        """The hosts under which Parley may be reached beside this machine's own names, as given."""
        named = self.hosts_.replace(",", " ").split()
        return named + ([self.telegram_webhook_url] if self.telegram_webhook_url else [])

    @property
    def site(self) -> str | None:
        """Where the page is for everybody: the first of `hosts`."""
        named = self.hosts[0].rstrip("/") if self.hosts else None
        return named if named is None or "//" in named else f"https://{named}"

    @property
    def listen_host(self) -> str:
        """Where to listen: this machine alone, or everywhere when a platform has set PORT."""
        return self.host or ("0.0.0.0" if "port" in self.model_fields_set else "127.0.0.1")  # noqa: S104 - with a secret only
