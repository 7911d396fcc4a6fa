"""Small faults of keeping in sync by itself: caught by the worlds whose devices do so."""

from tests.simulation.fault import CLIENT, Fault

SCHEDULE = CLIENT + "sync.schedule"
TRIGGERS = CLIENT + "sync.triggers"

FAULTS_OF_LIVE = (
    Fault("a hint is not followed", TRIGGERS, "Triggers._listen", "kept.schedule.hint(self._now())", "pass"),
    Fault(
        "a line that says nothing is believed to be there",
        CLIENT + "sources.live_client",
        "_Messages.next",
        "asyncio.timeout(DEAD_SECONDS)",
        "asyncio.timeout(None)",
    ),
    Fault(
        "nothing comes by itself",
        SCHEDULE,
        "Schedule.end",
        "self._every_at = now + EVERY_SECONDS",
        "self._every_at = NEVER",
    ),
    Fault(
        "an edit is no reason to sync",
        SCHEDULE,
        "Schedule.edit",
        "self._want(max(now, self._edits_gone_at + GATHER_EDITS_SECONDS))",
        "pass",
    ),
    Fault(
        "a reason that comes during a sync is forgotten",
        SCHEDULE,
        "Schedule.end",
        "        self.is_running = False",
        "        self.is_running = False\n        self._wanted_at = NEVER",
    ),
    Fault(
        "the wall clock says when to try again",
        SCHEDULE,
        "Schedule.end",
        "min(retry_seconds, EVERY_SECONDS)",
        "retry_seconds",
    ),
    Fault("a sync by hand waits for a reason", SCHEDULE, "Schedule.ask", "self._call(now)", "pass"),
    Fault(
        "who is connected again looks at nothing",
        TRIGGERS,
        "Triggers._listen",
        "kept.schedule.return_(self._now())",
        "pass",
    ),
    Fault(
        "a commit is announced to nobody",
        "soul_player.server.announce.news",
        "News.run_once",
        "self._hub.announce(scope, head)",
        "pass",
    ),
    Fault(
        "a source is synced by two at a time",
        CLIENT + "sync.engine",
        "Sync.run",
        "if ids & self._running:",
        "if False:",
    ),
)
