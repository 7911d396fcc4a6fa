"""The parts of announcing, wired: the hub, the news, and the other processes where there may be some."""

import asyncio

from soul_player.database.access import Database
from soul_player.database.postgres import PostgresDatabase
from soul_player.edges import Clock, Randomness, mint
from soul_player.server.announce.hub import Hub
from soul_player.server.announce.news import News
from soul_player.server.announce.postgres import PostgresNews


class Announcing:
    """`run` must run for as long as the server answers."""

    def __init__(self, database: Database, *, clock: Clock, randomness: Randomness) -> None:
        self.hub = Hub()
        self.news = News(database, self.hub)
        self._others: PostgresNews | None = None
        if isinstance(database, PostgresDatabase):
            self._others = PostgresNews(
                database,
                origin=mint(clock, randomness),
                hear=self.news.hear,
                hear_sessions=lambda: self.news.sessions_changed(is_local=False),
                look=self.news.look,
            )
            self.news.others = self._others

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.news.run(), name="news")
            tasks.create_task(self.news.tick(), name="pulse of the listeners")
            if self._others is not None:
                tasks.create_task(self._others.run(), name="news of other processes")
