"""`soul source`: the places this library's music comes from."""

import asyncio
import sys
import time

from soul_player.cli.ask import confirmed, secret
from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.source_addresses import require_trust
from soul_player.cli.status import address_of, source_record, source_state
from soul_player.cli.words import ago, count
from soul_player.client import AtStake, CertificateUnknown, Client, InsecureAddress, Source, SourceType


def add(
    flags: Flags,
    url: str,
    *,
    name: str | None,
    username: str | None,
    from_stdin: bool,
    fingerprint: str | None,
    insecure: bool,
) -> int:
    """Sign in at a server and keep it as a source."""
    return asyncio.run(
        _add(
            flags, url, name=name, username=username, from_stdin=from_stdin, fingerprint=fingerprint, insecure=insecure
        )
    )


def add_folder(flags: Flags, folder: str, *, name: str | None) -> int:
    """Keep a folder of this device as a source; `soul sync` reads it."""
    return asyncio.run(_add_folder(flags, folder, name=name))


def list_all(flags: Flags) -> int:
    """A line each."""
    return asyncio.run(_list(flags))


def remove(flags: Flags, name: str, *, keeps_playlists: bool) -> int:
    """After a yes to what would be lost: its tracks leave the library; history, marks and files stay."""
    return asyncio.run(_remove(flags, name, keeps_playlists=keeps_playlists))


def login(flags: Flags, name: str, *, username: str | None, from_stdin: bool) -> int:
    """Sign in again; where the sync was, it goes on."""
    return asyncio.run(_login(flags, name, username=username, from_stdin=from_stdin))


def activate(flags: Flags, name: str) -> int:
    """The source that what is made here goes to."""
    return asyncio.run(_activate(flags, name))


def change_password(flags: Flags, name: str, *, from_stdin: bool) -> int:
    """Of the account at the server; its other devices sign in again."""
    return asyncio.run(_change_password(flags, name, from_stdin=from_stdin))


async def _activate(flags: Flags, name: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
        await client.sources.activate(source.id)
    output.record({"active": source.name})
    output.result(f"{source.name} is the active source")
    return ExitCode.OK


async def _change_password(flags: Flags, name: str, *, from_stdin: bool) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
        _require_server(source)
        current = secret("Current password", from_stdin=from_stdin)
        new = secret("New password", from_stdin=from_stdin, twice=True)
        await client.sources.change_password(source.id, current=current, new=new)
    output.record({"changed": source.name})
    output.result(f"changed the password at {source.name}")
    return ExitCode.OK


async def _add(
    flags: Flags,
    url: str,
    *,
    name: str | None,
    username: str | None,
    from_stdin: bool,
    fingerprint: str | None,
    insecure: bool,
) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        addresses = client.sources.addresses
        try:
            try:
                met = await addresses.meet(url, fingerprint=fingerprint, insecure=insecure)
            except CertificateUnknown as unknown:
                require_trust(flags, unknown)
                met = await addresses.meet(url, fingerprint=unknown.fingerprint, insecure=insecure)
        except InsecureAddress as error:
            raise CommandFailed(error.code, error.message, hint="allow it with --insecure") from error
        known = met.known(username)
        if known is not None and not known.needs_sign_in:
            source = await addresses.keep(known, met.address)
            output.record({"source": source_record(source), "address_of": known.name})
            output.result(f"{known.name} answers at {met.address.url} too: added to it as an address")
            return ExitCode.OK
        account = username or (known.username if known is not None else None) or _asked_username()
        source = await client.sources.add(
            url,
            username=account,
            password=secret(f"Password of {account}", from_stdin=from_stdin),
            name=name,
            fingerprint=met.address.fingerprint,
            insecure=insecure,
        )
    output.record({"source": source_record(source), "address_of": None if known is None else known.name})
    did = "added" if known is None else "signed in again at"
    output.result(f"{did} {source.name} ({met.address.url})")
    return ExitCode.OK


async def _add_folder(flags: Flags, folder: str, *, name: str | None) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.add_folder(folder, name=name)
    output.record({"source": source_record(source)})
    output.result(f"added {source.name} ({address_of(source)})")
    return ExitCode.OK


def _asked_username() -> str:
    if not sys.stdin.isatty():
        raise CommandFailed(
            "no_terminal", "whose account? There is no terminal to ask at", hint="say it with --username",
            exit_code=ExitCode.USAGE,
        )  # fmt: skip
    sys.stderr.write("User name: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


async def _list(flags: Flags) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        status = await client.status.read()
    sources = status.sources
    badges = {badge.source_id: badge for badge in status.badge.sources}
    output.record({"sources": [source_record(source) for source in sources]})
    now_ms = time.time_ns() // 1_000_000
    rows = []
    for source in sources:
        state = source_state(source, badges[source.id])
        tracks, synced = count(source.tracks, "track"), ago(source.last_sync_at_ms, now_ms)
        rows.append((str(source.id), source.name, address_of(source), source.username or "", state, tracks, synced))
        rows += [("", "", address.url, "", "", "", "") for address in source.addresses[1:]]
    for line in table(rows, headings=("id", "name", "address", "account", "state", "tracks", "last sync")):
        output.result(line)
    return ExitCode.OK


async def _remove(flags: Flags, name: str, *, keeps_playlists: bool) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
        stake = await client.sources.at_stake(source.id)
        told = removal_text(stake, keeps_playlists=keeps_playlists)
        question = f"{told}\nRemove {source.name} and its {count(stake.tracks, 'track')} from this library?"
        if not confirmed(question, yes=flags.yes):
            raise CommandFailed("not_confirmed", "nothing was removed")
        await client.sources.remove(source.id, keeps_playlists=keeps_playlists)
    output.record(
        {
            "removed": source.name,
            "unsent_edits": stake.waiting_edits + stake.failed_edits,
            "kept_playlists": stake.playlists if keeps_playlists else 0,
            "dropped_playlists": 0 if keeps_playlists else stake.playlists,
        }
    )
    output.message(told)
    output.result(f"removed {source.name}")
    return ExitCode.OK


def removal_text(stake: AtStake, *, keeps_playlists: bool) -> str:
    """What goes with a source, and what stays."""
    lines = []
    unsent = stake.waiting_edits + stake.failed_edits
    if unsent:
        lines.append(f"{count(unsent, 'edit')} of this device never reached it, and never will.")
    if stake.playlists:
        fate = "kept, as this device's own" if keeps_playlists else "dropped"
        lines.append(f"{count(stake.playlists, 'playlist')} of it: {fate}.")
    lines.append("Plays, favourites and ratings stay on this device.")
    return "\n".join(lines)


async def _login(flags: Flags, name: str, *, username: str | None, from_stdin: bool) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
        _require_server(source)
        account = username or source.username or _asked_username()
        password = secret(f"Password of {account} at {source.name}", from_stdin=from_stdin)
        source = await _signed_in(client, source, account, password)
    output.record({"source": source_record(source)})
    output.result(f"signed in at {source.name} as {account}")
    return ExitCode.OK


def _require_server(source: Source) -> None:
    if source.type is SourceType.FOLDER:
        raise CommandFailed(
            "folder_invalid", f"{source.name} is a folder: there is nothing to sign in at", exit_code=ExitCode.USAGE
        )


async def _signed_in(client: Client, source: Source, account: str, password: str) -> Source:
    await client.sources.login(source.id, username=account, password=password)
    return await client.sources.find(str(source.id))
