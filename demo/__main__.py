"""Run the demo: `script/demo --help` says what it can do."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .client import Client, DemoError
from .home import add_satellite, furnish
from .player import DOMAIN, Player, find_pipeline
from .process import Running, home_assistant
from .recordings import Recording, own_recordings, users_recordings
from .report import Table, as_json, is_right
from .satellite import satellite

PORT = 8123


@dataclass(frozen=True)
class Demo:
    """A running Home Assistant with the demo home, the integration, and someone to speak to it."""

    home_assistant: Running
    client: Client
    player: Player


async def start_demo(
    stack: AsyncExitStack, host: str = "127.0.0.1", port: int | None = None
) -> Demo:
    """Start all; it ends with `stack`. Raises DemoError."""
    _say("Starting Home Assistant …")
    running = await stack.enter_async_context(home_assistant(host, port))
    microphone = await stack.enter_async_context(satellite())
    client = await stack.enter_async_context(Client(running.url, running.token))
    _say("Furnishing the demo home …")
    await furnish(client)
    device_id = await add_satellite(client, microphone)
    _say("Adding LLMOS Assistant …")
    entry_id = await client.add_integration(DOMAIN, {"chat_model": "none"})
    pipeline_id = await find_pipeline(client, entry_id)
    player = Player(client, pipeline_id, microphone, device_id)
    await player.start()
    return Demo(running, client, player)


async def play_all(
    demo: Demo, recordings: Sequence[Recording]
) -> tuple[list[dict[str, Any]], list[bool]]:
    """Say all recordings and print the table: the JSON report, and which were right."""
    print(
        "Said in the living room; audio is sent as fast as it is taken. "
        "Times are milliseconds after the last word.\n"
    )
    table = Table()
    print(table.heading())
    report: list[dict[str, Any]] = []
    right: list[bool] = []
    for recording in recordings:
        outcome = await demo.player.play(recording)
        print(table.row(recording, outcome), flush=True)
        report.append(as_json(recording, outcome))
        if recording.expected:
            right.append(is_right(recording.expected, report[-1]))
    stages = " · ".join(
        f"{stage} {median(entry['ms'][stage] for entry in report):.0f} ms"
        for stage in ("stt", "understand", "act", "total")
    )
    print(f"\nmedian: {stages}")
    return report, right


async def run(args: argparse.Namespace) -> int:
    """The exit status: 0 if all went as it should."""
    recordings = users_recordings(args.audio) if args.audio else own_recordings()
    async with AsyncExitStack() as stack:
        if args.serve:
            demo = await start_demo(stack, "0.0.0.0", args.port)
        else:
            demo = await start_demo(stack)
        report, right = await play_all(demo, recordings)
        if args.json:
            args.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        if right:
            print(f"{sum(right)} of {len(right)} right")
        if args.serve:
            await _serve(demo)
    return 0 if all(right) else 1


async def _serve(demo: Demo) -> None:
    running = demo.home_assistant
    print(
        f"\nHome Assistant is at {running.url}\n  user:     {running.user}\n"
        f"  password: {running.password}\nCtrl-C stops it and removes all of it.",
        flush=True,
    )
    await asyncio.Event().wait()


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/demo",
        description="Speak to a demo home in a real Home Assistant and see what happens.",
    )
    parser.add_argument(
        "audio", nargs="*", type=Path, help="sound files to say instead of the demo's own"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    parser.add_argument("--serve", action="store_true", help="then leave it running for a browser")
    parser.add_argument(
        "--port", type=int, default=PORT, help="where --serve listens (default: %(default)s)"
    )
    args = parser.parse_args()
    if args.json and not args.json.absolute().parent.is_dir():
        parser.error(f"there is no folder {args.json.absolute().parent}")
    return args


async def _run_until_stopped(args: argparse.Namespace) -> int:
    """Run the demo; Ctrl-C and other ways to end it leave nothing behind."""
    task = asyncio.create_task(run(args))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


def main() -> int:
    """Run the demo from the command line."""
    args = _arguments()
    try:
        return asyncio.run(_run_until_stopped(args))
    except DemoError as err:
        print("\n".join([f"script/demo: {err}", *getattr(err, "__notes__", ())]), file=sys.stderr)
        return 2
    except KeyboardInterrupt, asyncio.CancelledError:
        return 0 if args.serve else 130


if __name__ == "__main__":
    sys.exit(main())
