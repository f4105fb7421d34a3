"""The engine's command line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any

from . import store
from .model_files import in_words
from .store import MODELS, ModelError

_LOGGER = logging.getLogger(__name__)

_COMMAND_MODEL = Path(__file__).resolve().parent.parent / "command_model"
_NONE = "none"
_NO_SPEECH = "The engine was started without a speech model."
_NO_COMMANDS = "The engine was started without a command model."
_NO_CHAT = "The engine was started without a chat model."


class ExitCode(IntEnum):
    """What an engine that could not do its work exits with."""

    NO_ANSWER = 1  # of the engine that was to be checked
    CANNOT_RUN_HERE = 3  # this processor, or packages that are missing
    NO_MODEL = 4
    CANNOT_LISTEN = 5


class StartError(Exception):
    """The engine cannot start. The message is one line that says why."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def main() -> int:
    """Run or check the engine, or download or convert a model. Returns the exit code."""
    arguments = _arguments()
    logging.basicConfig(
        level=logging.DEBUG if arguments.debug else logging.WARNING,
        format="%(levelname)s: %(message)s",
    )
    os.nice(arguments.nice)
    # ONNX Runtime, with which pauses are heard, would report to its makers over the internet.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        if arguments.download:
            _download(arguments.models, arguments.download)
        elif arguments.convert:
            _convert(arguments.models, arguments.convert)
        elif arguments.check:
            _check(arguments.check)
        else:
            asyncio.run(_serve(arguments))
    except StartError as err:
        print(f"ERROR: {err}", file=sys.stderr)
        return err.code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="engine", description="LLMOS Assistant's models over Wyoming."
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--uri", help="where to listen: tcp://HOST:PORT or unix:///PATH")
    task.add_argument("--download", choices=MODELS, help="download this model and exit")
    task.add_argument(
        "--convert",
        type=Path,
        metavar="FILE.gguf",
        help="make a chat model, named as this file, among the downloaded models and exit",
    )
    task.add_argument(
        "--check", metavar="URI", help="exit with 0 if an engine answers there, else with 1"
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=store.default_folder(),
        metavar="FOLDER",
        help="where downloaded models are (default: %(default)s)",
    )
    parser.add_argument(
        "--speech-model",
        default=store.WHISPER_BASE.name,
        metavar="NAME|FOLDER|none",
        help="a downloaded model or a folder with one (default: %(default)s)",
    )
    parser.add_argument(
        "--command-model",
        default=str(_COMMAND_MODEL),
        metavar="FOLDER|none",
        help="default: the one that comes with the integration",
    )
    parser.add_argument(
        "--chat-model",
        default=_NONE,
        metavar="NAME|FOLDER|none",
        help="a downloaded or converted model or a folder with one (default: %(default)s)",
    )
    parser.add_argument("--language", default="en", help="of requests that name none")
    parser.add_argument(
        "--threads",
        type=int,
        default=min(4, os.cpu_count() or 1),
        help="for speech, and as many for chat",
    )
    parser.add_argument("--nice", type=int, default=0, help="lower the priority by this much")
    parser.add_argument(
        "--exit-with-parent", action="store_true", help="stop when standard input ends"
    )
    parser.add_argument(
        "--zeroconf",
        nargs="?",
        const=socket.gethostname().partition(".")[0],
        metavar="NAME",
        help="announce it in the network, so that Home Assistant finds it (default: %(const)s)",
    )
    parser.add_argument("--debug", action="store_true")
    arguments = parser.parse_args()
    if arguments.zeroconf and not (arguments.uri or "").startswith("tcp://"):
        parser.error("--zeroconf needs --uri tcp://HOST:PORT")
    return arguments


def _download(models: Path, name: str) -> None:
    """Fetch a model, with progress on stderr. Raises StartError."""
    try:
        print(f"{name} is in {store.install(models, MODELS[name], _shown_progress(name))}")
    except ModelError as err:
        raise StartError(ExitCode.NO_MODEL, str(err)) from err


def _convert(models: Path, source: Path) -> None:
    """Convert a GGUF file, with progress on stderr. Raises StartError."""
    try:
        from .converter.convert import convert
    except ImportError as err:
        raise StartError(
            ExitCode.CANNOT_RUN_HERE,
            f"Nothing can be converted here ({err}). It needs ctranslate2, gguf and tokenizers.",
        ) from err
    folder = models / source.stem
    try:
        convert(source, folder, _shown_progress(source.stem))
    except ModelError as err:
        raise StartError(ExitCode.NO_MODEL, str(err)) from err
    print(f"{source.stem} is in {folder}")


def _check(uri: str) -> None:
    """Ask an engine what it has. Raises StartError if none answers."""
    from .health import answers

    if not asyncio.run(answers(uri)):
        raise StartError(ExitCode.NO_ANSWER, f"No engine answers at {uri}")


def _shown_progress(name: str) -> Callable[[int, int], None]:
    """Progress that people see on stderr."""
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        percent = min(100, done * 100 // total)
        # A terminal sees every percent on one line, a log a line every 20.
        if percent == shown or (not sys.stderr.isatty() and percent // 20 == shown // 20):
            return
        shown = percent
        end = "\r" if sys.stderr.isatty() and percent < 100 else "\n"
        print(f"{name}: {percent} % of {in_words(total)}", end=end, file=sys.stderr, flush=True)

    return show


async def _serve(arguments: argparse.Namespace) -> None:
    """Load the models, then serve until told to stop. Raises StartError."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop_signal, stop.set)
    if arguments.exit_with_parent:
        # However the parent ends, its end of this pipe is closed.
        loop.add_reader(sys.stdin.fileno(), stop.set)

    stopping = asyncio.create_task(stop.wait())
    loading = asyncio.create_task(asyncio.to_thread(_load, arguments))
    await asyncio.wait((loading, stopping), return_when=asyncio.FIRST_COMPLETED)
    if loading.done():
        async with (
            _listening(arguments.uri, loading.result()),
            _announced(arguments.uri, arguments.zeroconf),
        ):
            print(f"Ready on {arguments.uri}", flush=True)
            await stopping
        if arguments.exit_with_parent and arguments.uri.startswith("unix://"):
            with contextlib.suppress(OSError):  # the parent made it for us, and may be dead
                Path(arguments.uri.removeprefix("unix://")).parent.rmdir()
    # What still runs is native code in threads: it cannot be interrupted, nobody waits for it.
    os._exit(0)


def _load(arguments: argparse.Namespace) -> Callable[..., Any]:
    """The models asked for, as a maker of connection handlers. Raises StartError.

    Without one of them the engine is still of use, without any it is not.
    """
    try:
        from .chat_model import ChatModel
        from .models import Models
        from .parser import CommandParser
        from .server import EngineHandler
        from .transcriber import Transcriber
    except ImportError as err:
        raise StartError(
            ExitCode.CANNOT_RUN_HERE,
            f"The engine cannot run here ({err}). It needs ctranslate2, faster-whisper, "
            "jinja2, rapidfuzz, sentencepiece, text2num, tokenizers and wyoming, on a 64-bit x86 or ARM "
            "processor with glibc.",
        ) from err
    command: CommandParser | str = _NO_COMMANDS
    if arguments.command_model != _NONE:
        command = _or_reason(lambda: CommandParser(Path(arguments.command_model)))
    speech: Transcriber | str = _NO_SPEECH
    if arguments.speech_model != _NONE:
        speech = _or_reason(
            lambda: Transcriber(
                _speech_folder(arguments.speech_model, arguments.models),
                arguments.threads,
                None if isinstance(command, str) else command,
            )
        )
    chat: ChatModel | str = _or_reason(
        lambda: ChatModel(
            _chat_folder(arguments.chat_model, arguments.models),
            arguments.threads,
            models=arguments.models,
        )
    )
    if isinstance(chat, ChatModel) and not chat.infos:
        chat = _NO_CHAT
    # Chat models that nobody chose are no reason to run: they come with what was chosen.
    chosen = _NO_CHAT if isinstance(chat, ChatModel) and chat.name is None else chat
    problems = [model for model in (speech, command, chosen) if isinstance(model, str)]
    if len(problems) == 3:
        raise StartError(ExitCode.NO_MODEL, " ".join(problems))
    for problem in problems:
        if problem not in (_NO_SPEECH, _NO_COMMANDS, _NO_CHAT):
            _LOGGER.error(problem)
    return partial(EngineHandler, Models(speech, command, chat, arguments.language))


def _or_reason[T](load: Callable[[], T]) -> T | str:
    """What `load` gives, or in words why it gives nothing."""
    try:
        return load()
    except ModelError as err:
        return str(err)


def _speech_folder(name: str, models: Path) -> Path:
    """The folder of the speech model of this name, which may be a folder itself."""
    if model := store.named(name, store.Purpose.SPEECH):
        return store.verify(models, model)
    return Path(name)


def _chat_folder(name: str, models: Path) -> Path | None:
    """The folder of the chat model of this name, which may be a folder itself; None of no name.

    It is not read to the last bit, which would take seconds at every start.
    """
    if name == _NONE:
        return None
    return folder if (folder := models / name).is_dir() else Path(name)


@contextlib.asynccontextmanager
async def _listening(uri: str, handler: Callable[..., Any]) -> AsyncIterator[None]:
    """Serve on `uri` meanwhile. Raises StartError."""
    from wyoming.server import AsyncServer, AsyncUnixServer

    try:
        server = AsyncServer.from_uri(uri)
        if isinstance(server, AsyncUnixServer):
            await _make_way(server.socket_path)
        umask = os.umask(0o177)  # a socket is for the user of the engine alone
        try:
            await server.start(handler)
        finally:
            os.umask(umask)
    except (OSError, ValueError) as err:
        # asyncio words it longer than the system does.
        reason = os.strerror(err.errno) if isinstance(err, OSError) and err.errno else err
        raise StartError(ExitCode.CANNOT_LISTEN, f"Cannot listen on {uri}: {reason}") from err
    try:
        yield
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def _announced(uri: str, name: str | None) -> AsyncIterator[None]:
    """Announce the engine as `name` meanwhile, if it has one. Raises StartError."""
    if name is None:
        yield
        return
    try:
        from .announcing import AnnouncementError, announced
    except ImportError as err:
        raise StartError(ExitCode.CANNOT_RUN_HERE, f"--zeroconf cannot work here: {err}") from err
    try:
        async with announced(uri, name):
            yield
    except AnnouncementError as err:
        raise StartError(ExitCode.CANNOT_LISTEN, str(err)) from err


async def _make_way(path: Path) -> None:
    """Ready the place of a socket. Raises OSError if an engine already listens there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return  # nobody: what is there, if anything, was left by an engine that has gone
    writer.close()
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
