"""The routes of what brings music here: status, syncs, sources, decisions, downloads, rules, settings."""

from dataclasses import dataclass

from soul_player.client import Client
from soul_player.edges import Clock
from soul_player.ui.api.addresses import (
    AddressQuery,
    AddressRoutes,
    CertificateQuery,
    NewAddress,
    ShownCertificate,
    TrustedCertificate,
)
from soul_player.ui.api.demo import DemoRoutes, MakeDemo
from soul_player.ui.api.discovered import DiscoveredList, DiscoveredRoutes
from soul_player.ui.api.downloads import (
    Changed,
    DownloadRequest,
    DownloadRoutes,
    Freed,
    LetGoRequest,
    MoveRequest,
    Plan,
    PreviewQuery,
    Queue,
    QueueQuery,
    Tasks,
)
from soul_player.ui.api.questions import (
    Answered,
    ChosenAnswer,
    Correction,
    FailedEditList,
    QuestionList,
    QuestionRoutes,
    SimilarCount,
)
from soul_player.ui.api.rules import NewRule, RuleList, RulePlan, RulePreviewQuery, RuleRoutes, RuleRow
from soul_player.ui.api.settings import NewValue, SettingList, SettingRoutes, SettingRow
from soul_player.ui.api.sources import (
    NewFolder,
    NewPassword,
    NewServer,
    OfflineSwitchState,
    Removed,
    RemoveQuery,
    SignIn,
    SourceList,
    SourceRoutes,
    Stake,
)
from soul_player.ui.api.status import SourceStatus, Status, StatusRoutes, StorageStatus
from soul_player.ui.api.syncs import SyncRequest, SyncRoutes, SyncRunState, SyncState, WaitQuery
from soul_player.ui.api.table import Route
from soul_player.ui.api.waiting import WaitingList, WaitingRoutes
from soul_player.ui.progress import ProgressBoard
from soul_player.ui.settings import Settings
from soul_player.ui.sync_runs import SyncRuns


@dataclass(frozen=True)
class SyncParts:
    """What runs beside the routes."""

    runs: SyncRuns
    board: ProgressBoard
    settings: Settings
    make_demo: MakeDemo | None = None


def sync_routes(client: Client, parts: SyncParts, clock: Clock) -> tuple[Route, ...]:
    """In the order of the documents."""
    status = StatusRoutes(client)
    syncs = SyncRoutes(client, parts.runs, parts.board)
    settings = SettingRoutes(parts.settings)
    return (
        Route("GET", "/api/status", status.status, Status),
        Route("GET", "/api/sync", syncs.state, SyncState),
        Route("POST", "/api/sync", syncs.begin, SyncRunState, body=SyncRequest, status=202),
        Route("DELETE", "/api/sync", syncs.cancel, status=204),
        Route("GET", "/api/sync/runs/{run_id}", syncs.run, SyncRunState, query=WaitQuery),
        Route("GET", "/api/waiting-edits", WaitingRoutes(client).all, WaitingList),
        *_sources(client),
        Route("POST", "/api/sources/demo", DemoRoutes(client, parts.make_demo).add, SourceStatus, status=201),
        *_questions(client),
        *_downloads(client, clock),
        Route("GET", "/api/settings", settings.all, SettingList),
        Route("PUT", "/api/settings/{name}", settings.change, SettingRow, body=NewValue),
    )


def _sources(client: Client) -> tuple[Route, ...]:
    sources, ways = SourceRoutes(client), AddressRoutes(client)
    return (
        Route("GET", "/api/sources", sources.all, SourceList),
        Route("POST", "/api/sources", sources.add, SourceStatus, body=NewServer, status=201),
        Route("POST", "/api/sources/folders", sources.add_folder, SourceStatus, body=NewFolder, status=201),
        Route("GET", "/api/sources/{source_id}", sources.one, SourceStatus),
        Route("DELETE", "/api/sources/{source_id}", sources.remove, Removed, query=RemoveQuery),
        Route("GET", "/api/sources/{source_id}/stake", sources.stake, Stake),
        Route("POST", "/api/sources/{source_id}/login", sources.login, SourceStatus, body=SignIn),
        Route("POST", "/api/sources/{source_id}/password", sources.password, body=NewPassword, status=204),
        Route("POST", "/api/sources/{source_id}/activate", sources.activate, SourceStatus),
        Route("POST", "/api/sources/{source_id}/addresses", ways.add, SourceStatus, body=NewAddress, status=201),
        Route("DELETE", "/api/sources/{source_id}/addresses", ways.remove, SourceStatus, query=AddressQuery),
        Route(
            "GET", "/api/sources/{source_id}/certificate", ways.certificate, ShownCertificate, query=CertificateQuery
        ),
        Route("PUT", "/api/sources/{source_id}/certificate", ways.trust, SourceStatus, body=TrustedCertificate),
        Route("GET", "/api/discovered", DiscoveredRoutes(client).all, DiscoveredList),
        Route("GET", "/api/offline", sources.offline, OfflineSwitchState),
        Route("PUT", "/api/offline", sources.turn_offline, OfflineSwitchState, body=OfflineSwitchState),
    )


def _questions(client: Client) -> tuple[Route, ...]:
    questions = QuestionRoutes(client)
    return (
        Route("GET", "/api/questions", questions.all, QuestionList),
        Route("GET", "/api/questions/{question_id}/similar", questions.similar, SimilarCount),
        Route("POST", "/api/questions/{question_id}/answer", questions.answer, Answered, body=ChosenAnswer),
        Route("DELETE", "/api/questions/{question_id}/answer", questions.undo, status=204),
        Route("GET", "/api/failed-edits", questions.failed, FailedEditList),
        Route("POST", "/api/failed-edits/{edit}/retry", questions.retry, status=204),
        Route("POST", "/api/failed-edits/{edit}/correct", questions.correct, body=Correction, status=204),
        Route("DELETE", "/api/failed-edits/{edit}", questions.discard, status=204),
    )


def _downloads(client: Client, clock: Clock) -> tuple[Route, ...]:
    downloads, rules = DownloadRoutes(client, clock), RuleRoutes(client, clock)
    return (
        Route("GET", "/api/downloads", downloads.queue, Queue, query=QueueQuery),
        Route("POST", "/api/downloads", downloads.ask, Plan, body=DownloadRequest, status=202),
        Route("GET", "/api/downloads/preview", downloads.preview, Plan, query=PreviewQuery),
        Route("POST", "/api/downloads/let-go", downloads.let_go, Freed, body=LetGoRequest),
        Route("POST", "/api/downloads/pause", downloads.pause, Changed, body=Tasks),
        Route("POST", "/api/downloads/resume", downloads.resume, Changed, body=Tasks),
        Route("POST", "/api/downloads/cancel", downloads.cancel, Changed, body=Tasks),
        Route("POST", "/api/downloads/retry", downloads.retry, Changed, body=Tasks),
        Route("POST", "/api/downloads/{task_id}/move", downloads.move, body=MoveRequest, status=204),
        Route("GET", "/api/storage", downloads.storage, StorageStatus),
        Route("GET", "/api/rules", rules.all, RuleList),
        Route("POST", "/api/rules", rules.add, RuleRow, body=NewRule, status=201),
        Route("GET", "/api/rules/preview", rules.preview, RulePlan, query=RulePreviewQuery),
        Route("PUT", "/api/rules/{rule_id}", rules.change, RuleRow, body=NewRule),
        Route("DELETE", "/api/rules/{rule_id}", rules.remove, status=204),
    )
