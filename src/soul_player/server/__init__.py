"""The door of the server: what the command line may use."""

from soul_player.server.app import FirstPasswordMade, FirstPasswordWritten, Listening, Notice, run_server
from soul_player.server.config import ServerConfig, read_config
from soul_player.server.errors import AccountError, BackupError, ConfigError, ServerError, StartError

__all__ = [
    "AccountError",
    "BackupError",
    "ConfigError",
    "FirstPasswordMade",
    "FirstPasswordWritten",
    "Listening",
    "Notice",
    "ServerConfig",
    "ServerError",
    "StartError",
    "read_config",
    "run_server",
]
