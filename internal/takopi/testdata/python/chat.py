"""Sends words to /ghauth: finds the plugin as Takopi does, and prints the answer.

Whatever else runs in the loop makes the file $TICK meanwhile.
"""

import asyncio
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace

config, *words = sys.argv[1:]


def context_for_chat(chat):
    if chat != 7:
        raise LookupError(chat)
    return SimpleNamespace(project="backend")


ctx = SimpleNamespace(
    args=tuple(words),
    plugin_config=eval(config),
    message=SimpleNamespace(channel_id=7, message_id=1),
    runtime=SimpleNamespace(default_context_for_chat=context_for_chat, default_project=None),
)


async def main():
    [entry] = entry_points(group="takopi.command_backends", name="ghauth")
    answer = asyncio.create_task(entry.load().handle(ctx))
    await asyncio.sleep(0.1)
    Path(os.environ.get("TICK", os.devnull)).touch()
    print((await answer).text)


asyncio.run(main())
