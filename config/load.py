"""Environment + TOML -> Settings. The only reader of the environment.

The environment stands over the file. `token_file = "…"` and `KHABAR_TOKEN_FILE` name a file that holds the secret
(the same for `webhook.secret`, `collect.proxy` and `database_url`); a path in TOML is relative to the TOML file.

    SettingsError    one line that names the file or the variable, what is wrong, and the nearest right word
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.redact import redact_shapes
from config.settings import Settings

DEFAULT_FILE = Path("khabar.toml")
PREFIX = "KHABAR_"
CONFIG_VARIABLE = "KHABAR_CONFIG"
# What may be kept in a file of its own, as a path through the settings.
SECRETS = (("token",), ("webhook", "secret"), ("database_url",), ("collect", "proxy"))
# pydantic's kinds of fault, in an operator's words.
_WORDS = {
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "int_from_float": "write a whole number",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "model_type": "this is a table: write its keys under its name in square brackets",
    "string_type": "write text in quotes",
    "tuple_type": "write a list in square brackets",
}


class SettingsError(Exception):
    """The settings cannot be used; the text is one line for the operator and holds no secret."""


def load_settings(config: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `config` (else of KHABAR_CONFIG, else of ./khabar.toml if it stands there) under `environ`.

    Raises SettingsError.
    """
    variables = {name: value for name, value in (os.environ if environ is None else environ).items() if _is_ours(name)}
    named = config or (Path(variables[CONFIG_VARIABLE]) if variables.get(CONFIG_VARIABLE) else None)
    variables.pop(CONFIG_VARIABLE, None)
    path = named or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    if path is not None and not path.is_file():
        raise SettingsError(f"{path}: there is no such file; khabar.example.toml shows what to write in it")
    _refuse_unknown_variables(variables)
    opened = _open_secret_variables(variables)
    try:
        return _read(path, opened)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: this is not TOML: {redact_shapes(str(error))}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: the file is not in UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path}: the file cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise SettingsError(_explain(error, path, variables)) from None


def _read(path: Path | None, variables: Mapping[str, str]) -> Settings:
    class Environment(EnvSettingsSource):
        def _load_env_vars(self) -> Mapping[str, str | None]:
            return {name.lower(): value for name, value in variables.items()}

    class File(TomlConfigSettingsSource):
        def __call__(self) -> dict[str, Any]:
            return _open_secret_keys(super().__call__(), path or DEFAULT_FILE)

    class Reading(Settings, BaseSettings):
        # Text of the environment stays text: the fields themselves read lists, so that commas do as well as JSON.
        model_config = SettingsConfigDict(
            env_prefix=PREFIX, env_nested_delimiter="__", enable_decoding=False, extra="forbid", frozen=True
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic-settings'
            env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return Environment(settings_cls), File(settings_cls, toml_file=path)

    values = Reading()
    return Settings.model_construct(**{name: getattr(values, name) for name in Settings.model_fields})


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _variable(key: tuple[str, ...]) -> str:
    return PREFIX + "__".join(key).upper()


def _refuse_unknown_variables(variables: Mapping[str, str]) -> None:
    # A table is set key by key, a list of tables as JSON in one variable.
    tables = {key[:-1] for key in _keys(Settings)}
    lists = {(name,) for name, field in Settings.model_fields.items() if get_args(field.annotation)}
    known = {_variable(key) for key in _keys(Settings) if key in lists or (key not in tables and key[:1] not in lists)}
    known |= {_variable(key) + "_FILE" for key in SECRETS} | {CONFIG_VARIABLE}
    for name in sorted(variables):
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "khabar.example.toml shows every setting"
            raise SettingsError(f"{name}: there is no such setting; {hint}")


def _open_secret_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """`variables` with the text of each secret's file in the place of the file's name."""
    opened = {name.upper(): value for name, value in variables.items()}
    for key in SECRETS:
        name = _variable(key)
        file = opened.pop(name + "_FILE", None)
        if file:
            if opened.get(name):
                raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them")
            opened[name] = _read_secret(Path(file), name + "_FILE")
    return opened


def _open_secret_keys(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """The same for what a TOML file says."""
    opened = {key: dict(value) if isinstance(value, dict) else value for key, value in data.items()}
    for *tables, last in SECRETS:
        table: Any = opened
        for name in tables:
            table = table.get(name)
        if not isinstance(table, dict) or not isinstance(table.get(last + "_file"), str):
            continue
        file = table.pop(last + "_file")
        dotted = ".".join([*tables, last])
        if table.get(last):
            raise SettingsError(f"{path}: {dotted} and {dotted}_file are both set; keep one of them")
        if file:
            table[last] = _read_secret(path.parent / file, f"{path}: {dotted}_file")
    return opened


def _read_secret(file: Path, place: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{place}: {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{place}: {file} is not a text file") from None


def _explain(error: ValidationError, path: Path | None, variables: Mapping[str, str]) -> str:
    # An unknown key first: a required one that is missing is often the same key, misspelled.
    details = sorted(error.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden")
    first = details[0]
    line = f"{_place(first, path, variables)}: {_fault(first)}"
    if len(details) > 1:
        line += f" (and {len(details) - 1} more)"
    return redact_shapes(" ".join(line.split()))


def _place(detail: ErrorDetails, path: Path | None, variables: Mapping[str, str]) -> str:
    """The variable that holds the wrong value, else the file and the dotted key."""
    key = tuple(str(part) for part in detail["loc"] if not _is_branch(part))
    given = {name.upper() for name in variables}
    for length in range(len(key), 0, -1):
        name = _variable(key[:length])
        for written in (name, name + "_FILE"):
            if written in given:
                return written
    dotted = ""
    for part in key:
        dotted += f"[{int(part) + 1}]" if part.isdigit() else f".{part}" if dotted else part
    return f"{path}: {dotted}" if path and dotted else dotted or str(path or "settings")


def _is_branch(part: int | str) -> bool:
    """Whether pydantic added this part to say which branch of `int | str` it tried."""
    return part in {"int", "str"}


def _fault(detail: ErrorDetails) -> str:
    loc = tuple(part for part in detail["loc"] if not _is_branch(part))
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"there is no such setting; {_nearest(loc)}"
    if kind == "missing":
        return "this must be set"
    if kind == "value_error":
        words = str(detail["ctx"]["error"])
    else:
        words = _WORDS.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]
    shown = detail["input"]
    if _is_secret(loc) or not isinstance(shown, str | int | float | bool):
        return words
    near = _nearest_value(str(shown), detail)
    return f"{str(shown)[:80]!r} will not do: {words}{near}"


def _is_secret(loc: tuple[int | str, ...]) -> bool:
    return loc in SECRETS


def _nearest_value(value: str, detail: ErrorDetails) -> str:
    if detail["type"] != "literal_error":
        return ""
    near = difflib.get_close_matches(
        value, detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", "), 1
    )
    return f"; did you mean '{near[0]}'?" if near else ""


def _nearest(loc: tuple[int | str, ...]) -> str:
    """Which known key an unknown one was likely meant to be: beside it first, then anywhere."""
    names = [part for part in loc if isinstance(part, str)]
    parent, wrong = tuple(names[:-1]), names[-1]
    keys = _keys(Settings) | {(*key[:-1], key[-1] + "_file") for key in SECRETS}
    beside = {key[-1]: key for key in keys if key[:-1] == parent}
    near = difflib.get_close_matches(wrong.lower(), beside, n=1)
    if near:
        return f"did you mean {near[0]}?"
    # Where one word stands in several tables, collect.interval is meant rather than source.interval.
    elsewhere = {key[-1]: ".".join(key) for key in sorted(keys, reverse=True) if key[:-1] != parent}
    near = difflib.get_close_matches(wrong.lower(), elsewhere, n=1, cutoff=0.8)
    return f"did you mean {elsewhere[near[0]]}?" if near else f"known here: {', '.join(sorted(beside))}"


def _keys(model: type[BaseModel]) -> set[tuple[str, ...]]:
    """Every setting as a path of names, those of lists ("source", "url") among them."""
    found: set[tuple[str, ...]] = set()
    for name, field in model.model_fields.items():
        found.add((name,))
        for inner in _models(field):
            found |= {(name, *rest) for rest in _keys(inner)}
    return found


def _models(field: FieldInfo) -> list[type[BaseModel]]:
    kinds = [field.annotation, *get_args(field.annotation)]
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
