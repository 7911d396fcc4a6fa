"""The door of the server: what the command line may use."""

from soul_player.server.backup import back_up, restore
from soul_player.server.commands import add_account, list_accounts, remove_account, set_account_password
from soul_player.server.config import ENVIRONMENT_PREFIX, FILE_NAME, ServerConfig, read_config
from soul_player.server.errors import AccountError, BackupError, ConfigError, ScanError, ServerError, StartError
from soul_player.server.examining import Examined, examine_postgres
from soul_player.server.notices import FirstPasswordMade, FirstPasswordWritten, Listening, Notice
from soul_player.server.scanning import scan_library
from soul_player.server.serving import run_server
from soul_player.server.store.open import store_migrations

__all__ = [
    "ENVIRONMENT_PREFIX",
    "FILE_NAME",
    "AccountError",
    "BackupError",
    "ConfigError",
    "Examined",
    "FirstPasswordMade",
    "FirstPasswordWritten",
    "Listening",
    "Notice",
    "ScanError",
    "ServerConfig",
    "ServerError",
    "StartError",
    "add_account",
    "back_up",
    "examine_postgres",
    "list_accounts",
    "read_config",
    "remove_account",
    "restore",
    "run_server",
    "scan_library",
    "set_account_password",
    "store_migrations",
]
