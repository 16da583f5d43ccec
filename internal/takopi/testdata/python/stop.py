"""Has /ghauth give up on a binary, and prints what that writes to a pipe, to its end."""

import asyncio
import os
import sys
from types import SimpleNamespace

import takopi_ghauth

takopi_ghauth.GRACE = 1
ctx = SimpleNamespace(args=(), plugin_config={"refresh_timeout_seconds": "0"}, message=SimpleNamespace(channel_id=7))


async def main():
    pipe = os.fdopen(os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK))
    print((await takopi_ghauth.BACKEND.handle(ctx)).text)
    os.set_blocking(pipe.fileno(), True)
    print(await asyncio.to_thread(pipe.read))


asyncio.run(main())
