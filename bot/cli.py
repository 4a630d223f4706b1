"""The command line: what can be said to Khabar. What is done then stands in `bot.commands`, imported late."""

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.commands.options import Options
from bot.commands.parsing import Command, Group, Question

if TYPE_CHECKING:
    from config.settings import Settings

app = typer.Typer(
    name="khabar",
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A newsroom's Telegram bot: articles in, stories out to readers and channels, each once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show the values of variables, the token among them
)
sources = typer.Typer(cls=Group, help="Where news come from.", no_args_is_help=True)
app.add_typer(sources, name="sources")

Config = Annotated[
    Path | None,
    typer.Option(help="The settings; else KHABAR_CONFIG, else khabar.toml if it stands here.", metavar="FILE"),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.", metavar="")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.", metavar="")]
Port = Annotated[int, typer.Option(help="Where to listen on this machine.", min=0, max=65535)]
Words = Annotated[list[str], typer.Argument(help="Words in any form; - reads a question a line from standard input.")]
Number = Annotated[int | None, typer.Option("-n", help="At most so many: else 10, for programs 1000.", min=1)]
Best = Annotated[bool, typer.Option("--best", help="Best first, not newest first.", metavar="")]
Latest = Annotated[int, typer.Option("-n", help="How many.", min=1)]


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        sys.stdout.write(f"khabar {version('khabar')}\n")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Show the version.", metavar="", is_eager=True, callback=_print_version)
]


@app.callback()
def everywhere(context: typer.Context, config: Config = None, debug: Debug = False, _version: Version = False) -> None:
    """What may stand before any command as well as after it."""
    context.obj = Options(config, is_debug=debug)


class Call:
    """A command as it was called: the options that stand before and after its name, put together."""

    def __init__(self, context: typer.Context, config: Path | None, debug: bool) -> None:
        before: Options = context.obj
        self.options = Options(config or before.config, is_debug=debug or before.is_debug)

    def run(
        self,
        body: "Callable[..., Coroutine[Any, Any, int]]",
        *arguments: Any,
        logs: Literal["all", "warnings"] = "warnings",
        **named: Any,
    ) -> int:
        """The body gets the settings first, then what is given here."""
        from bot.commands.shell import run as run_body

        async def bound(settings: "Settings") -> int:
            return await body(settings, *arguments, **named)

        return run_body(self.options, bound, logs=logs)


@app.command(cls=Command)
def demo(context: typer.Context, port: Port = 8088, config: Config = None, debug: Debug = False) -> int:
    """Try it out: a local Telegram, a sample news site and the bot in one."""
    from bot.commands import sandbox

    return sandbox.demo(Call(context, config, debug).options, port)


@app.command(cls=Command)
def run(context: typer.Context, config: Config = None, debug: Debug = False) -> int:
    """The bot. Ctrl-C or SIGTERM ends it cleanly."""
    from bot.commands import live

    return Call(context, config, debug).run(live.serve, logs="all")


@app.command(cls=Command)
def check(context: typer.Context, as_json: AsJson = False, config: Config = None, debug: Debug = False) -> int:
    """The doctor: looks at all that the bot needs and says what to do."""
    from bot.commands import check as doctor

    return Call(context, config, debug).run(doctor.check, as_json=as_json)


@sources.command("list", cls=Command)
def list_sources(context: typer.Context, config: Config = None, debug: Debug = False) -> int:
    """Every source with its state and its last error."""
    from bot.commands import sources as bodies

    return Call(context, config, debug).run(bodies.list_sources)


@sources.command("add", cls=Command)
def add_source(  # noqa: PLR0917 — Typer's way to name what is typed
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="A site, a feed, a sitemap, a page with headlines, a Telegram channel.")],
    name: Annotated[str | None, typer.Option(help="What people see; else its host.")] = None,
    is_sure: Annotated[bool, typer.Option("--yes", "-y", help="Add it without asking.")] = False,
    config: Config = None,
    debug: Debug = False,
) -> int:
    """A new source, polled from now on: shows what was found there first."""
    from bot.commands import adding

    return Call(context, config, debug).run(adding.add_source, url, name, is_sure=is_sure)


@sources.command("remove", cls=Command)
def remove_source(
    context: typer.Context,
    source_id: Annotated[int, typer.Argument(metavar="ID", help="As `khabar sources list` shows it.")],
    config: Config = None,
    debug: Debug = False,
) -> int:
    """Poll it no more; its stories stay in the archive."""
    from bot.commands import sources as bodies

    return Call(context, config, debug).run(bodies.remove_source, source_id)


@sources.command("test", cls=Command)
def try_source(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="A source, or the page of one article.")],
    as_json: AsJson = False,
    config: Config = None,
    debug: Debug = False,
) -> int:
    """Fetch it now and show what would be stored; nothing is."""
    from bot.commands import trial

    return Call(context, config, debug).run(trial.try_source, url, as_json=as_json)


@app.command("import", cls=Command)
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Sources as .opml, or the past as .jsonl.", exists=True, dir_okay=False)],
    config: Config = None,
    debug: Debug = False,
) -> int:
    """Sources from OPML; or a newsroom's past from JSON lines, into the archive and to nobody's chat."""
    call = Call(context, config, debug)
    if file.suffix.lower() in {".jsonl", ".ndjson"}:
        from bot.commands import past

        return call.run(past.import_past, file)
    from bot.commands import sources as bodies

    return call.run(bodies.import_opml, file)


@app.command(cls=Command)
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An .opml file to write.", dir_okay=False)],
    config: Config = None,
    debug: Debug = False,
) -> int:
    """Write every source to an OPML file."""
    from bot.commands import sources as bodies

    return Call(context, config, debug).run(bodies.export_opml, file)


@app.command(cls=Command)
def collect(context: typer.Context, config: Config = None, debug: Debug = False) -> int:
    """Fetch every source that is due, once."""
    from bot.commands import collecting

    return Call(context, config, debug).run(collecting.collect)


@app.command(cls=Command)
def latest(
    context: typer.Context,
    number: Latest = 10,
    as_json: AsJson = False,
    config: Config = None,
    debug: Debug = False,
) -> int:
    """The newest stories of the archive."""
    from bot.commands import archive

    return Call(context, config, debug).run(archive.latest, number, as_json=as_json)


@app.command(cls=Question, context_settings={"ignore_unknown_options": True})
def topic(
    context: typer.Context,
    words: Words,
    *,
    number: Number = None,
    best: Best = False,
    as_json: AsJson = False,
    config: Config = None,
    debug: Debug = False,
) -> int:
    """Stories on a topic, by its name or another name for it."""
    from bot.commands import questions

    return Call(context, config, debug).run(questions.topic, " ".join(words), number, is_best=best, as_json=as_json)


@app.command(cls=Question, context_settings={"ignore_unknown_options": True})
def search(
    context: typer.Context,
    words: Words,
    *,
    number: Number = None,
    best: Best = False,
    as_json: AsJson = False,
    config: Config = None,
    debug: Debug = False,
) -> int:
    """Stories with these words; "a phrase", -without, source:NAME."""
    from bot.commands import questions

    return Call(context, config, debug).run(questions.search, " ".join(words), number, is_best=best, as_json=as_json)


@app.command(cls=Command)
def sandbox(
    context: typer.Context,
    port: Port = 8088,
    token: Annotated[str | None, typer.Option(help="The one token it takes; else its own, which it prints.")] = None,
    config: Config = None,
    debug: Debug = False,
) -> int:
    """A local Telegram alone, for any bot."""
    from bot.commands import sandbox as bodies

    return bodies.serve(Call(context, config, debug).options, port, token)


@app.command(cls=Command)
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file to write; it must not be there yet.")],
    config: Config = None,
    debug: Debug = False,
) -> int:
    """A consistent copy of the database, also while the bot is running."""
    from bot.commands import database

    return Call(context, config, debug).run(database.backup, file)


@app.command(cls=Command)
def migrate(context: typer.Context, config: Config = None, debug: Debug = False) -> int:
    """Bring the database's schema to the newest."""
    from bot.commands import database

    return Call(context, config, debug).run(database.migrate)


def main() -> None:
    """The program `khabar`."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a real stream here
    sys.exit(call(sys.argv[1:]))


def call(arguments: list[str]) -> int:
    """Run one command and return its exit code; wrong use is one line on stderr."""
    try:
        code = app(args=arguments, prog_name="khabar", standalone_mode=False)
    except typer.TyperException as error:
        message = " ".join(error.format_message().split())
        if message:  # empty where help was printed instead
            end = "" if message.endswith((".", "?", "!")) else "."
            sys.stderr.write(f"khabar: {message}{end} See khabar --help.\n")
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 1
    return code if isinstance(code, int) else 0
