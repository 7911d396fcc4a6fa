"""The door of the client: `open_client(config)` gives a `Client`, a frozen set of parts.

    async with open_client(load_config(home)) as client:
        source = await client.sources.add("http://192.168.1.5:8420", username="ann", password=secret)
        results = await client.sync.run()                       # every source, side by side; a SyncResult each
        page = await client.library.tracks(limit=100)           # keyset pages of LibraryTrack
        await client.downloads.fetch(page.tracks[0].id, path)   # the original's bytes, verified

- `client.library`: reads only. `tracks(condition=None, order=..., after=None, limit=100)` pages a list (`condition` is
  a `Condition`: SQL over the table `tracks` and its values, which the query language in `client/library/query.py`
  makes); `search(words, limit=...)`; `track(id)`, `track_sources(ids)`; `count(condition=None)`; `read(function, ...)`
  gives `function` a `Reader`.
- `client.positions`: lists by position, in any order and however deep: `stretch(condition, order, first=, count=)`,
  `ids`, `place(.., track_id)`, `tracks(ids)`; a `ListedTrack` is a row with its marks, sources and download.
  `client.catalogues`: `albums`, `album(key)`, `artists`, `artist(key)`, `find(text)` while it is typed. Conditions for
  both: `OFFLINE`, `ON_THIS_DEVICE`, `FAVOURITES`, `of_source(id)`, `both(one, other)`.
- `client.smart_playlists`: saved queries of this device: `list`, `find`, `add`, `change`, `remove`. `client.plays`:
  `recent(before_ms=)`, `of(track_id)`. `client.player`: what the player was playing: `read`, `write_queue`,
  `write_place`. `client.covers`: `of(track_id)` gives the file of its picture, fetched if it has to be.
- `client.sources`: `add`, `add_folder`, `list`, `find(name_or_id)`, `remove`, `login`, `activate`, `change_password`,
  `is_online`; `addresses`: where one server is reached, at home and away (`meet(url)` who answers there, `add`,
  `remove`, `trust(id, fingerprint)`, `shown_certificate(id)`). A `Source` has its `addresses`, the last one that worked
  first, each with what was last met there, and its `connectivity`. `add` raises `CertificateUnknown` (show its
  `fingerprint`, ask, repeat with `fingerprint=`), `InsecureAddress` (repeat with `insecure=True`),
  `CredentialsRefused`, `SourceExists`. `discover()`: a `FoundServer` for each that announces itself on this network
  (raises `DiscoveryUnavailable`).
- `client.sync`: `run(source_ids=None, full=False, due_only=False)`; `cancel()` from anywhere makes `run` return at
  once, with what it has, as `cancelled`. Takes `client.lock`, else raises `HomeLocked`.
- `client.matching`: which tracks of all sources are one recording, worked out behind the syncs: `run()` until nothing
  waits, `keep_up()` for a program that stays, `cancel()`, `waiting()`, `stir()` when something came to be matched.
- `client.edits`: the only door for changing anything, at once and with every server down: `create_playlist`,
  `rename_playlist`, `delete_playlist`, `add_entries`, `move_entry`, `remove_entry`, `set_favourite`, `set_rating`,
  `record_play`, `import_m3u8`, `export_m3u8`. Raises `PlaylistNotFound`, `TrackNotFound`, `EditInvalid`.
- `client.playlists`: reads only: `list()`, `find(name_or_id)`, `read(id)`, `marks(track_id)`, `waiting_edits()`,
  `waiting()`.
- `client.recordings`: what is one recording, by a person's hand: `evidence(a, b)`, `merge(a, b)`, `parts(track)`,
  `split(track, entry)`, `why(track)`.
- `client.questions`: `list()`, `count()`, `answer(id, choice)`, `undo(id)`; whether tracks are one recording also
  `answer_merge(id, choice, pairs=, similar=)` and `similar(id)`; and edits that no server took: `failed_edits()`,
  `retry(id)`, `correct(id, name=, rating=)`, `discard(id)`.
- `client.events`: `with client.events.subscribe() as events: async for event in events`: `SyncStarted`, `SyncProgress`
  (kind, done, total), `SyncFinished`, `MatchingProgress`, `MatchingFinished`, `LibraryChanged`,
  `ConnectivityChanged`, `SourceOffline`, `SourceOnline`, `EventsMissed`.
- `client.playback`: `async with client.playback.open(track_id, quality=None, part=Part(first=...)) as audio`: what
  `audio` is (`content_type`, `size_bytes`, `is_seekable`, `etag`, `quality`, `origin`, `source_id`), and iterating over
  it gives the bytes, from another source where one breaks off; `only=(source_id, remote_id)`: what that one has, or
  nothing. Raises `NothingPlays` (with each source's reason), `PastTheEnd`, while reading `StreamEnded`.
  `session(track_id, source_id=audio.source_id)` counts what is heard; `is_playing()` tells downloads to stand back.
- `client.settings`: `apply(config)`: the settings that hold while the client runs (`LIVE_SETTINGS`). Where downloads
  run, a change of `client.toml` is followed by itself.
- `client.triggers`: `run()` keeps every source in sync until it is cancelled: at start-up, every 30 minutes, when a
  server is back, after edits (also those of other processes), on live hints; `sync_now(source_ids=None)` by hand.
- `client.offline`: `is_on()`, `turn(on=...)`: working offline, which asks no server anything; only a person turns it.
- `client.status`: `read()`: the badge (`state`, `label`, `reason`, one `action`, and the same of each source, the worst
  first), the sources, what waits. Asks no server; tells also what another process of this home syncs.
- `client.live`: `async for event in client.live.listen(source_id)`: `LiveConnected`, `LiveHint`, `LiveLost`, without
  end; hints, which only a sync makes true. Raises `SignInNeeded` and what else only a person can cure.
- `client.downloads`: `ask(Wish(name, query, condition, quality=, priority=, is_live=, keeps_only=))` queues what is not
  here, after `preview(condition)` has said what that means (`Asked`); `let_go(query, condition)` takes it back;
  `list()` gives a `Download` each (its `task`, a `reason` for waiting); `pause`, `resume`, `cancel`, `retry` take ids,
  or None for all; `move(id, after=)`; `counts()`. `run()` fetches until it is cancelled, `run(until_idle=True)` until
  nothing can go on; it belongs to the holder of `client.lock` (`HomeLocked`: another process of this home does it).
  `throttler.set_rate(bytes_per_second)` at any time. `fetch(track_id, target)` and `read_range(track_id, first, last)`
  are for once.
- `client.downloads.rules`: `list`, `find`, `preview(query)`, `add(name, query, weight=, budget_bytes=)`, `remove(id)`,
  `evaluate()` after whatever may change what rules find.
- `client.downloads.store`: `storage()`, `kept_because(track_id)`, `opened(path)` (while it lasts that copy is not
  evicted), `adopt(row, file, sha256=)`, `lost(path)`, `verify_all()`, `pictures.of(track_id)`.
- Every error is a `ClientError` (`code`, `message`, `hint`); its class says what can be done (`client/errors.py`).
"""

from soul_player.client.app import Client, Edges, open_client
from soul_player.client.config import (
    CONFIG_FILE,
    ENVIRONMENT_PREFIX,
    ClientConfig,
    load_config,
    parse_setting,
    setting_types,
)
from soul_player.client.downloads.room import Limits as DownloadLimits
from soul_player.client.downloads.rules import RulePreview
from soul_player.client.downloads.wishes import Asked, LetGo, Wish, wish_words
from soul_player.client.edits.merge_answers import Answered, Similar
from soul_player.client.edits.playlist_files import FILE_BYTES_MAX, FileLine, Imported, m3u8_text
from soul_player.client.edits.recordings import Comparison, Why
from soul_player.client.edits.smart_playlists import SmartPlaylist
from soul_player.client.errors import (
    AddressInvalid,
    CertificateChanged,
    CertificateUnknown,
    ClientError,
    ConfigInvalid,
    CredentialsRefused,
    DownloadNotFound,
    EditInvalid,
    FailedEditNotFound,
    FolderInvalid,
    HomeLocked,
    InsecureAddress,
    OfflineError,
    PlaylistNotFound,
    QuestionNotFound,
    RuleInvalid,
    RuleNotFound,
    SecurityError,
    ServerChanged,
    SignInNeeded,
    SourceExists,
    SourceNotFound,
    SyncError,
    TrackNotFound,
    TransientSyncError,
)
from soul_player.client.events import (
    ConnectivityChanged,
    DownloadFailed,
    DownloadFinished,
    DownloadProgress,
    DownloadQueued,
    Event,
    Events,
    EventsMissed,
    LibraryChanged,
    LibraryEdited,
    Listener,
    MatchingFinished,
    MatchingProgress,
    ProgressKind,
    SourceOffline,
    SourceOnline,
    SyncFinished,
    SyncProgress,
    SyncRetrying,
    SyncStarted,
)
from soul_player.client.library.albums import Album, AlbumOrder, Artist, letters_of
from soul_player.client.library.backup import BackupInvalid, back_up_library, library_migrations, restore_library
from soul_player.client.library.browse import EVERYTHING, SHOWN
from soul_player.client.library.catalogues import FOUND_TRACKS_MAX, AlbumNotFound, ArtistNotFound, Found
from soul_player.client.library.connectivity import Connectivity, SourceAddress
from soul_player.client.library.download_lists import Download
from soul_player.client.library.download_model import (
    PRIORITY_ASKED,
    PRIORITY_MAX,
    DownloadTask,
    QueueCounts,
    Rule,
    RuleId,
    RuleKind,
    Storage,
    TaskId,
    TaskState,
)
from soul_player.client.library.failed_edits import FailedEdit
from soul_player.client.library.filters import FAVOURITES, OFFLINE, ON_THIS_DEVICE, both, of_source
from soul_player.client.library.listed_tracks import ListedDownload, ListedTrack
from soul_player.client.library.lists_of_playlists import PlaylistAmbiguous
from soul_player.client.library.model import (
    AvailabilityStatus,
    Condition,
    LibraryTrack,
    LocalTrackId,
    PageKey,
    Question,
    QuestionId,
    QuestionKind,
    Source,
    SourceId,
    SourceType,
    TrackOrder,
    TrackPage,
    TrackSource,
)
from soul_player.client.library.open import LIBRARY_FILE
from soul_player.client.library.outcome import SyncFailure, SyncResult, SyncStatus
from soul_player.client.library.overlay import Marks
from soul_player.client.library.paths import shown_path
from soul_player.client.library.player import QUEUE_TRACKS_MAX, PlayerQueue, PlayerState
from soul_player.client.library.playlists import Playlist, PlaylistEntry
from soul_player.client.library.plays import Play
from soul_player.client.library.positions import STRETCH_MAX, ListOrder, Stretch
from soul_player.client.library.query.parse import QuerySyntaxError
from soul_player.client.library.query.parse import parse as parse_query
from soul_player.client.library.query.parts import QueryPart, parts_of
from soul_player.client.library.query.sql import condition as query_condition
from soul_player.client.library.query.terms import is_only_words, shown
from soul_player.client.library.removal import AtStake
from soul_player.client.library.source_names import quoted
from soul_player.client.library.waiting import WaitingEdits
from soul_player.client.live_settings import LIVE as LIVE_SETTINGS
from soul_player.client.playback.audio import Audio
from soul_player.client.playback.choose import Cannot
from soul_player.client.playback.errors import NothingPlays, StreamEnded
from soul_player.client.playback.heard import PlaySession
from soul_player.client.playback.opening import Part
from soul_player.client.playback.stream import PartKey
from soul_player.client.settings_file import TomlValue, changed_settings, write_settings
from soul_player.client.sources.discovery import DiscoveryUnavailable, FoundServer
from soul_player.client.sources.live_client import LiveConnected, LiveEvent, LiveHint, LiveLost
from soul_player.client.sources.manage import SourceAmbiguous
from soul_player.client.sources.streams import PastTheEnd
from soul_player.client.sync.badge import Badge, BadgeAction, BadgeState, SourceBadge, ago, synced_at_ms
from soul_player.client.sync.matching import MatchingResult
from soul_player.client.sync.status import ClientStatus

__all__ = [
    "CONFIG_FILE",
    "ENVIRONMENT_PREFIX",
    "EVERYTHING",
    "FAVOURITES",
    "FILE_BYTES_MAX",
    "FOUND_TRACKS_MAX",
    "LIBRARY_FILE",
    "LIVE_SETTINGS",
    "OFFLINE",
    "ON_THIS_DEVICE",
    "PRIORITY_ASKED",
    "PRIORITY_MAX",
    "QUEUE_TRACKS_MAX",
    "SHOWN",
    "STRETCH_MAX",
    "AddressInvalid",
    "Album",
    "AlbumNotFound",
    "AlbumOrder",
    "Answered",
    "Artist",
    "ArtistNotFound",
    "Asked",
    "AtStake",
    "Audio",
    "AvailabilityStatus",
    "BackupInvalid",
    "Badge",
    "BadgeAction",
    "BadgeState",
    "Cannot",
    "CertificateChanged",
    "CertificateUnknown",
    "Client",
    "ClientConfig",
    "ClientError",
    "ClientStatus",
    "Comparison",
    "Condition",
    "ConfigInvalid",
    "Connectivity",
    "ConnectivityChanged",
    "CredentialsRefused",
    "DiscoveryUnavailable",
    "Download",
    "DownloadFailed",
    "DownloadFinished",
    "DownloadLimits",
    "DownloadNotFound",
    "DownloadProgress",
    "DownloadQueued",
    "DownloadTask",
    "Edges",
    "EditInvalid",
    "Event",
    "Events",
    "EventsMissed",
    "FailedEdit",
    "FailedEditNotFound",
    "FileLine",
    "FolderInvalid",
    "Found",
    "FoundServer",
    "HomeLocked",
    "Imported",
    "InsecureAddress",
    "LetGo",
    "LibraryChanged",
    "LibraryEdited",
    "LibraryTrack",
    "ListOrder",
    "ListedDownload",
    "ListedTrack",
    "Listener",
    "LiveConnected",
    "LiveEvent",
    "LiveHint",
    "LiveLost",
    "LocalTrackId",
    "Marks",
    "MatchingFinished",
    "MatchingProgress",
    "MatchingResult",
    "NothingPlays",
    "OfflineError",
    "PageKey",
    "Part",
    "PartKey",
    "PastTheEnd",
    "Play",
    "PlaySession",
    "PlayerQueue",
    "PlayerState",
    "Playlist",
    "PlaylistAmbiguous",
    "PlaylistEntry",
    "PlaylistNotFound",
    "ProgressKind",
    "QueryPart",
    "QuerySyntaxError",
    "Question",
    "QuestionId",
    "QuestionKind",
    "QuestionNotFound",
    "QueueCounts",
    "Rule",
    "RuleId",
    "RuleInvalid",
    "RuleKind",
    "RuleNotFound",
    "RulePreview",
    "SecurityError",
    "ServerChanged",
    "SignInNeeded",
    "Similar",
    "SmartPlaylist",
    "Source",
    "SourceAddress",
    "SourceAmbiguous",
    "SourceBadge",
    "SourceExists",
    "SourceId",
    "SourceNotFound",
    "SourceOffline",
    "SourceOnline",
    "SourceType",
    "Storage",
    "StreamEnded",
    "Stretch",
    "SyncError",
    "SyncFailure",
    "SyncFinished",
    "SyncProgress",
    "SyncResult",
    "SyncRetrying",
    "SyncStarted",
    "SyncStatus",
    "TaskId",
    "TaskState",
    "TomlValue",
    "TrackNotFound",
    "TrackOrder",
    "TrackPage",
    "TrackSource",
    "TransientSyncError",
    "WaitingEdits",
    "Why",
    "Wish",
    "ago",
    "back_up_library",
    "both",
    "changed_settings",
    "is_only_words",
    "letters_of",
    "library_migrations",
    "load_config",
    "m3u8_text",
    "of_source",
    "open_client",
    "parse_query",
    "parse_setting",
    "parts_of",
    "query_condition",
    "quoted",
    "restore_library",
    "setting_types",
    "shown",
    "shown_path",
    "synced_at_ms",
    "wish_words",
    "write_settings",
]
