"""The door of the player's page and of the local API that it uses.

    async with open_client(config) as client:
        with bind("127.0.0.1", 8421) as bound:
            async with serving(client, bound) as local:
                print(local.make_link())                     # opens the page in one browser, once, within a minute
                await keep(client, local)                    # syncs, downloads; `run.json` says where, and the token

From another process of the home:

    async with find_running(home) as running:                # None: nobody there, or a stranger
        status = await running.ask("GET", "/api/status", dict)
        async with running.listening() as events: ...
"""

from soul_player.ui.api.syncs import SyncState
from soul_player.ui.app import Beyond, LocalApi, serving
from soul_player.ui.keeping import keep
from soul_player.ui.kept_sessions import end_all_sessions
from soul_player.ui.passwords import UiPassword
from soul_player.ui.run_file import RUN_FILE, RunFile, read_run_file
from soul_player.ui.running import NotAnswered, RunningClient, find_running
from soul_player.web.listener import CannotListen, CertificateUnusable, bind

__all__ = [
    "RUN_FILE",
    "Beyond",
    "CannotListen",
    "CertificateUnusable",
    "LocalApi",
    "NotAnswered",
    "RunFile",
    "RunningClient",
    "SyncState",
    "UiPassword",
    "bind",
    "end_all_sessions",
    "find_running",
    "keep",
    "read_run_file",
    "serving",
]
