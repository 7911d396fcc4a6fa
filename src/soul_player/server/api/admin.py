"""`/api/admin/users`: accounts, for admins."""

from soul_player.database.access import Database
from soul_player.protocol.ids import BadId, UserId, id_bytes
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.session import NewUser, UserList
from soul_player.server.api.answers import Answer, message_answer, no_content
from soul_player.server.api.calls import Call
from soul_player.server.api.sessions import user_message
from soul_player.server.auth.accounts import Accounts
from soul_player.server.errors import RequestRefused
from soul_player.server.store.devices import Session
from soul_player.server.store.users import list_users


class UserRoutes:
    """Parses and answers; `Accounts` decides."""

    def __init__(self, accounts: Accounts, database: Database) -> None:
        self._accounts = accounts
        self._database = database

    async def users(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`GET /api/admin/users`."""
        users = await self._database.read(list_users)
        message = UserList(tuple(user_message(user) for user in users))
        return message_answer(message, accept_encoding=call.accept_encoding)

    async def add_user(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`POST /api/admin/users`."""
        asked = await call.message(NewUser)
        user = await self._accounts.add(asked.username, asked.password, is_admin=asked.is_admin)
        return message_answer(user_message(user), accept_encoding=call.accept_encoding, status=201)

    async def remove_user(self, call: Call, session: Session) -> Answer:  # noqa: ARG002  # a route's signature
        """`DELETE /api/admin/users/{user_id}`: the account and its devices, at once."""
        user_id = call.path_values["user_id"]
        try:
            id_bytes(user_id)
        except BadId as error:
            raise RequestRefused(ProblemCode.USER_NOT_FOUND, "no account has this id") from error
        await self._accounts.remove(UserId(user_id))
        return no_content()
