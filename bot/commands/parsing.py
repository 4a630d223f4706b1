"""How words on the command line are taken: Typer's way, but for flags and the minus of a question."""

import difflib
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption


class UnknownOption(typer.TyperException):
    """Wrong use, said as Typer says it of any other command."""

    exit_code = 2


class Command(TyperCommand):
    """Any command."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """`--help` takes no value, so its own line shows none."""
        return _as_flag(super().get_help_option(ctx))


class Group(TyperGroup):
    """Commands under one name."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """As a command's."""
        return _as_flag(super().get_help_option(ctx))


class Question(Command):
    """A minus before a word is the question's (-flood) unless it is an option of ours; after -- it always is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Two minuses are an option's: a misspelled one must not become a word to leave out."""
        known = [name for option in self.get_params(ctx) for name in option.opts if name.startswith("--")]
        for word in args[: args.index("--")] if "--" in args else args:
            name = word.partition("=")[0]
            if name.startswith("--") and name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                raise UnknownOption(f"No such option: {name}." + (f" Did you mean {near[0]}?" if near else ""))
        return super().parse_args(ctx, args)


def _as_flag(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.metavar = ""
    return option
