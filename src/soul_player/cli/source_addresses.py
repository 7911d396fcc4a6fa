"""`soul source address` and `soul source trust`: where a server is reached, and which certificates are believed."""

import asyncio
import sys
import time

from soul_player.cli.ask import confirmed
from soul_player.cli.client_home import opened_client
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table
from soul_player.cli.status import address_record, seen_text
from soul_player.cli.words import ago
from soul_player.client import CertificateUnknown


def list_all(flags: Flags, name: str) -> int:
    """A line each."""
    return asyncio.run(_list(flags, name))


def add(flags: Flags, name: str, url: str, *, fingerprint: str | None, insecure: bool) -> int:
    """One more; it need not answer from here."""
    return asyncio.run(_add(flags, name, url, fingerprint=fingerprint, insecure=insecure))


def remove(flags: Flags, name: str, url: str) -> int:
    """One less."""
    return asyncio.run(_remove(flags, name, url))


def trust(flags: Flags, name: str, url: str | None, *, fingerprint: str | None) -> int:
    """The certificate that is shown there now, or the one that is named."""
    return asyncio.run(_trust(flags, name, url, fingerprint=fingerprint))


async def _list(flags: Flags, name: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
    output.record({"source": source.name, "addresses": [address_record(address) for address in source.addresses]})
    now_ms = time.time_ns() // 1_000_000
    rows = [
        (address.url, seen_text(address, is_first=not number), ago(address.seen_at_ms, now_ms))
        for number, address in enumerate(source.addresses)
    ]
    for line in table(rows, headings=("address", "state", "seen")):
        output.result(line)
    return ExitCode.OK


async def _add(flags: Flags, name: str, url: str, *, fingerprint: str | None, insecure: bool) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
        addresses = client.sources.addresses
        try:
            source, is_met = await addresses.add(source.id, url, fingerprint=fingerprint, insecure=insecure)
        except CertificateUnknown as unknown:
            require_trust(flags, unknown)
            source, is_met = await addresses.add(source.id, url, fingerprint=unknown.fingerprint, insecure=insecure)
    added = source.addresses[-1]
    output.record({"source": source.name, "added": added.url, "answers": is_met})
    if not is_met:
        output.message(f"nobody answers at {added.url} from here: who it is is asked before anything is sent there")
    output.result(f"{source.name} is known at {added.url} too")
    return ExitCode.OK


async def _remove(flags: Flags, name: str, url: str) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
        left = await client.sources.addresses.remove(source.id, url)
    (gone,) = {one.url for one in source.addresses} - {one.url for one in left.addresses}
    output.record({"source": source.name, "removed": gone})
    output.result(f"{source.name} is not asked at {gone} any more")
    return ExitCode.OK


async def _trust(flags: Flags, name: str, url: str | None, *, fingerprint: str | None) -> int:
    output = Output(flags)
    async with opened_client(flags) as client:
        source = await client.sources.find(name)
        if fingerprint is None:
            address, fingerprint = await client.sources.addresses.shown_certificate(source.id, url=url)
            before = f"\n  trusted until now:  {address.fingerprint}" if address.fingerprint else ""
            message = f"{address.url} shows the certificate {fingerprint}{before}"
            require_trust(flags, CertificateUnknown(message, fingerprint=fingerprint))
        source = await client.sources.addresses.trust(source.id, fingerprint, url=url)
    output.record({"source": source.name, "trusted": fingerprint})
    output.result(f"the certificate of {source.name} is trusted; go on with: soul sync")
    return ExitCode.OK


def require_trust(flags: Flags, unknown: CertificateUnknown) -> None:
    """A person compares the fingerprint, or nobody does: `--yes` alone is no comparison."""
    if flags.json or not sys.stdin.isatty():
        raise CommandFailed(unknown.code, unknown.message, hint=f"if this is it: --fingerprint {unknown.fingerprint}")
    if not confirmed(f"{unknown.message}\n  its fingerprint: {unknown.fingerprint}\nTrust it?", yes=False):
        raise CommandFailed(unknown.code, "the certificate is not trusted; nothing was sent")
