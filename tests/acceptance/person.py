"""People of the sandbox as tests play them: they write, press what they can read, and look at the chat.

Everything goes through the sandbox's control API over HTTP, so the bot may run in this process or in its own.
Nothing here sleeps: a person waits for what they expect to see, and says what stands there when it does not come.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from bot.sandbox.events import event_text

WAIT = 10  # seconds until a person gives up


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a person sees it. `links` are the visible words and addresses of its links, in order."""

    chat_id: int
    number: int
    text: str
    labels: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    is_bots: bool
    is_rich: bool
    thread: int | None


class LocalTelegram:
    """A typed client of the sandbox's control API."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self._http = http
        self.url = url

    async def act(self, path: str, **order: Any) -> Any:
        """A control request; AssertionError with the sandbox's own sentence when it is refused."""
        async with self._http.post(f"{self.url}/sandbox/api{path}", json=order) as response:
            body = await response.json()
            assert response.status == 200, body
            return body

    async def mend(self) -> None:
        """Break nothing more."""
        async with self._http.delete(f"{self.url}/sandbox/api/faults") as response:
            assert response.status == 200, await response.text()

    async def look(self, path: str, **query: Any) -> Any:
        """A control question."""
        async with self._http.get(f"{self.url}/sandbox/api{path}", params=query) as response:
            body = await response.json()
            assert response.status == 200, body
            return body

    async def person(self, number: int, name: str, language: str | None = "ru") -> "Person":
        """Make a person whose Telegram speaks this language."""
        await self.act("/users", id=number, first_name=name, language_code=language)
        return Person(self, number)

    async def chat(self, kind: str, title: str, owner: "Person", **more: Any) -> int:
        """Make a group, supergroup or channel; its id."""
        made = await self.act("/chats", type=kind, title=title, owner=owner.number, **more)
        return int(made["id"])

    async def cursor(self) -> int:
        """The number of the last event."""
        return int((await self.look("/state"))["cursor"])

    async def messages(self, chat: int) -> list[Seen]:
        """What stands in a chat, oldest first."""
        return [_seen(message) for message in (await self.look(f"/chats/{chat}/messages"))["messages"]]

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """The bot's requests of one method, oldest first."""
        found: list[dict[str, Any]] = (await self.look("/calls", method=method))["calls"]
        return found

    async def wait(self, chat: int, after: int, fits: Callable[[Seen], bool], what: str) -> Seen:
        """The first message or edit in a chat that fits; AssertionError with the chat's content when none comes."""
        while True:
            event = (await self.look("/wait", after=after, chat=chat, timeout=WAIT))["event"]
            if event is None:
                shown = "\n---\n".join(f"{one.text}\n{one.labels}" for one in await self.messages(chat))
                raise AssertionError(f"{what} did not come; the chat shows:\n{shown}")
            after = event["seq"]
            if event["kind"] in {"message", "edit"} and fits(seen := _seen(event["message"])):
                return seen


class Person:
    """Somebody with a private chat of their own, and with a say in the chats where they are members."""

    def __init__(self, telegram: LocalTelegram, number: int) -> None:
        self.telegram = telegram
        self.number = number
        self._since = 0  # the last event before this person's last act

    async def writes(self, text: str, chat: int | None = None, **more: Any) -> int:
        """Write, and wait for nothing; the message's number."""
        self._since = await self.telegram.cursor()
        order = {"from": self.number, "text": text, **more}
        return int((await self.telegram.act(f"/chats/{chat or self.number}/messages", **order))["message_id"])

    async def says(self, text: str, chat: int | None = None, **more: Any) -> Seen:
        """Write, and wait for the bot's next message in that chat."""
        own = await self.writes(text, chat, **more)
        return await self.telegram.wait(
            chat or self.number, self._since, lambda seen: seen.is_bots and seen.number > own, f"an answer to {text!r}"
        )

    async def presses(self, label: str, chat: int | None = None) -> str | None:
        """Press the button with this label on the newest message that has one; the notice that pops up, if any."""
        place = chat or self.number
        standing = await self.telegram.messages(place)
        found = next((seen for seen in reversed(standing) if label in seen.labels), None)
        assert found is not None, f"no button {label!r}; there are {[seen.labels for seen in standing]}"
        self._since = await self.telegram.cursor()
        order = {"user": self.number, "chat": place, "message": found.number, "label": label}
        answer = await self.telegram.act("/press", **order)
        assert answer["answered"], f"nobody answered the press of {label!r}"
        text: str | None = answer["text"]
        return text

    async def sees(self, text: str = "", *, label: str | None = None, chat: int | None = None) -> Seen:
        """Wait for a message of the bot's, new or edited since the last act, with these words and this button."""
        what = f"a message with {text!r}" + (f" and the button {label!r}" if label else "")
        return await self.telegram.wait(
            chat or self.number,
            self._since,
            lambda seen: seen.is_bots and text in seen.text and (label is None or label in seen.labels),
            what,
        )

    async def blocks(self, *, blocked: bool = True) -> None:
        """Block the bot, or unblock it."""
        await self.telegram.act("/block", user=self.number, blocked=blocked)

    async def sets_bot(self, chat: int, status: str, **rights: bool) -> None:
        """Add the bot to a chat, promote it, or throw it out."""
        self._since = await self.telegram.cursor()
        await self.telegram.act(f"/chats/{chat}/bot", by=self.number, status=status, rights=rights)

    async def menu(self, chat: int | None = None) -> dict[str, str]:
        """The command menu that this person sees there, descriptions by command."""
        found = await self.telegram.look("/commands", user=self.number, chat=chat or self.number)
        return {one["command"]: one["description"] for one in found["commands"]}


def _seen(message: dict[str, Any]) -> Seen:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return Seen(
        chat_id=message["chat"]["id"],
        number=message["message_id"],
        text=event_text({"message": message}),
        labels=tuple(button["text"] for row in rows for button in row),
        links=tuple(_links(message)),
        is_bots=message.get("from", {}).get("is_bot", False) or message["chat"]["type"] == "channel",
        is_rich="rich_message" in message,
        thread=message.get("message_thread_id"),
    )


def _links(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    text = message.get("text") or message.get("caption") or ""
    units = text.encode("utf-16-le")
    for entity in message.get("entities") or message.get("caption_entities") or ():
        if entity["type"] == "text_link":
            start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            yield units[start:end].decode("utf-16-le"), entity["url"]
