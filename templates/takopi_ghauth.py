"""Takopi's /ghauth: asks ghauth-provision on this host, and shows its answer.

What was typed goes in on standard input: a secret among it would else stand on
a command line.
"""

import asyncio
import contextlib
import json

from takopi.api import CommandResult

BINARY = "/usr/bin/ghauth-provision"
LONGEST = 1900  # characters; Discord refuses messages of more than 2000
GRACE = 15  # seconds for the binary to end by itself, as it does when asked to


class GhAuth:
    id = "ghauth"
    description = "GitHub tokens: status, refresh, flow, help"

    async def handle(self, ctx):
        return CommandResult(text=await answer(ctx))


async def answer(ctx):
    """Gives a text for the chat, whatever happens: Takopi shows exceptions raw."""
    seconds = limit(ctx)
    try:
        async with asyncio.timeout(seconds):
            return await ask(request(ctx))
    except TimeoutError:
        return f"{BINARY} did not answer within {seconds} seconds and was stopped. Try /ghauth status."
    except OSError as error:
        return f"{BINARY} does not run: {error.strerror}. Install ghauth-provision again on the host and run its apply there."
    except Exception as error:
        return f"/ghauth failed with {type(error).__name__}. On the host, run: {BINARY} plugin status </dev/null"


def limit(ctx):
    """Gives the seconds for an answer: a refresh is bounded by the binary too."""
    with contextlib.suppress(Exception):
        return min(max(int(float(ctx.plugin_config["refresh_timeout_seconds"])), 1), 86400) + GRACE
    return 30 + GRACE


def request(ctx):
    project = None
    with contextlib.suppress(Exception):
        context = ctx.runtime.default_context_for_chat(ctx.message.channel_id)
        project = context.project if context else ctx.runtime.default_project
    message = {
        "plugin_config": ctx.plugin_config,
        "words": ctx.args,
        "chat": ctx.message.channel_id,
        "sender": getattr(ctx.message, "sender_id", None),
        "project": project,
    }
    # TOML has nan and inf, and JSON has not: they go as strings.
    return json.dumps(json.loads(json.dumps(message, default=str), parse_constant=str))


async def ask(text):
    child = await asyncio.create_subprocess_exec(
        BINARY,
        "plugin",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        out, _ = await child.communicate(text.encode())
    finally:
        stop(child)
    said = out.decode(errors="replace").strip()[:LONGEST]
    return said or f"{BINARY} ended with status {child.returncode} and no answer. On the host, run: {BINARY} plugin status </dev/null"


def stop(child):
    """Ends a child that is still there. It passes SIGTERM on to what it runs."""

    def send(signal):
        with contextlib.suppress(ProcessLookupError):
            signal()

    if child.returncode is None:
        send(child.terminate)
        asyncio.get_running_loop().call_later(GRACE, send, child.kill)


BACKEND = GhAuth()
