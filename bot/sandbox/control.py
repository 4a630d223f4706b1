"""The control API: play a person, break things, look around. docs/sandbox.md is its contract."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.events import Wanted
from bot.sandbox.inline import send_result
from bot.sandbox.methods.commands import visible_commands
from bot.sandbox.people import press, set_blocked, type_inline, write
from bot.sandbox.places import make_chat, migrate, set_bot
from bot.sandbox.questions import Question
from bot.sandbox.telegram import Telegram
from bot.sandbox.threads import open_topic
from bot.sandbox.wire import user_json
from bot.sandbox.world import Chat, Thread, User

Order = dict[str, Any]
DEFAULT_WAIT = 10.0  # seconds
NO_ANSWER = {"answered": False, "text": None, "show_alert": False, "url": None}


class Control:
    """Handlers of `/sandbox/api/…`."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def routes(self) -> list[web.RouteDef]:
        """Every address of the control API."""
        base = "/sandbox/api"
        posts: dict[str, Callable[[web.Request, Order], Awaitable[Any]]] = {
            "/users": self.put_user,
            "/chats": self.put_chat,
            "/chats/{chat}/messages": self.write,
            "/chats/{chat}/bot": self.set_bot,
            "/chats/{chat}/migrate": self.migrate,
            "/chats/{chat}/threads": self.make_thread,
            "/chats/{chat}/threads/{thread}": self.change_thread,
            "/press": self.press,
            "/inline": self.inline,
            "/inline/choose": self.choose,
            "/block": self.block,
            "/deactivate": self.deactivate,
            "/faults": self.break_next,
            "/limits": self.set_limits,
        }
        gets = {
            "/state": self.state,
            "/chats/{chat}/messages": self.messages,
            "/commands": self.commands,
            "/calls": self.calls,
            "/wait": self.wait,
        }
        return [
            *(web.post(base + path, _with_body(handler)) for path, handler in posts.items()),
            *(web.get(base + path, _plain(handler)) for path, handler in gets.items()),
            web.delete(f"{base}/faults", _plain(self.mend)),
        ]

    async def state(self, _: web.Request) -> Any:
        """Everything there is."""
        t = self._telegram
        return {
            "bot": user_json(t.world.bot),
            "users": [user_json(user) for user in t.world.users.values()],
            "chats": [t.chat_state(chat) for chat in t.world.chats.values()],
            "limits": t.limits.on,
            "cursor": t.events.last,
        }

    async def put_user(self, _: web.Request, order: Order) -> Any:
        """Makes or changes a person."""
        world = self._telegram.world
        name = str(order.get("first_name") or "").strip()
        if not name:
            raise ControlError(400, "a person needs a first_name")
        user_id = int(order.get("id") or 0) or world.free_user_id()
        if user_id <= 0 or user_id == world.bot.id:
            raise ControlError(400, "the id of a person is a positive number that is not the bot's")
        username = str(order.get("username") or "").removeprefix("@") or None
        user = User(user_id, name, order.get("last_name"), username, order.get("language_code"))
        world.put_user(user)
        self._telegram.announce_chat(world.chats[user_id])
        return user_json(user)

    async def put_chat(self, _: web.Request, order: Order) -> Any:
        """Makes or changes a group or channel."""
        return self._telegram.chat_state(make_chat(self._telegram, order))

    async def write(self, request: web.Request, order: Order) -> Any:
        """A person writes."""
        chat, user = self._chat(request.match_info["chat"]), self._user(order.get("from"))
        return self._telegram.message_json(write(self._telegram, chat, user, order))

    async def messages(self, request: web.Request) -> Any:
        """What stands in a chat, oldest first: after a number, or without one the newest `limit`."""
        chat = self._chat(request.match_info["chat"])
        limit, after = int(request.query.get("limit", 200)), int(request.query.get("after", 0))
        standing = [message for number, message in sorted(chat.messages.items()) if number > after]
        chosen = standing[:limit] if "after" in request.query else standing[-limit:]
        return {"messages": [self._telegram.message_json(message) for message in chosen]}

    async def press(self, _: web.Request, order: Order) -> Any:
        """Presses a button and waits for the bot's answer."""
        user, chat = self._user(order.get("user")), self._chat(order.get("chat"))
        label, data = order.get("label"), order.get("data")
        if (label is None) == (data is None):
            raise ControlError(400, "give either label or data")
        pressed = press(self._telegram, user, chat, int(order.get("message") or 0), label=label, data=data)
        if not isinstance(pressed, Question):
            return pressed
        answer = await _answer(pressed, float(order.get("timeout", DEFAULT_WAIT)))
        return {"answered": True, **answer} if answer is not None else NO_ANSWER

    async def inline(self, _: web.Request, order: Order) -> Any:
        """Types an inline query and waits for the results."""
        user = self._user(order.get("user"))
        question = type_inline(self._telegram, user, str(order.get("query") or ""), str(order.get("offset") or ""))
        answer = await _answer(question, float(order.get("timeout", DEFAULT_WAIT)))
        return {"answered": True, **answer} if answer else {"answered": False, "results": [], "next_offset": ""}

    async def choose(self, _: web.Request, order: Order) -> Any:
        """Sends an inline result into a chat, by its sender."""
        user, chat = self._user(order.get("user")), self._chat(order.get("chat"))
        return self._telegram.message_json(await send_result(self._telegram, user, chat, order))

    async def block(self, _: web.Request, order: Order) -> Any:
        """Blocks or unblocks the bot."""
        user = self._user(order.get("user"))
        set_blocked(self._telegram, user, blocked=bool(order.get("blocked")))
        return {}

    async def deactivate(self, _: web.Request, order: Order) -> Any:
        """The account is deleted."""
        chat = self._telegram.world.chats[self._user(order.get("user")).id]
        chat.deactivated = True
        self._telegram.announce_chat(chat)
        return {}

    async def set_bot(self, request: web.Request, order: Order) -> Any:
        """Somebody changes the bot's standing."""
        chat = self._chat(request.match_info["chat"])
        set_bot(self._telegram, chat, order)
        return self._telegram.chat_state(chat)

    async def migrate(self, request: web.Request, _: Order) -> Any:
        """A group becomes a supergroup."""
        return self._telegram.chat_state(migrate(self._telegram, self._chat(request.match_info["chat"])))

    async def make_thread(self, request: web.Request, order: Order) -> Any:
        """A topic."""
        chat = self._chat(request.match_info["chat"])
        if not chat.is_forum:
            raise ControlError(409, "this chat is not a forum")
        name = str(order.get("name") or "").strip()
        if not name:
            raise ControlError(400, "a topic needs a name")
        by = chat.owner_id or self._telegram.world.bot.id
        return _thread(open_topic(self._telegram, chat, name, by, closed=bool(order.get("closed"))))

    async def change_thread(self, request: web.Request, order: Order) -> Any:
        """Closes, opens or deletes a topic."""
        chat = self._chat(request.match_info["chat"])
        thread = chat.threads.get(int(request.match_info["thread"]))
        if thread is None:
            raise ControlError(404, "no such topic")
        thread.closed = bool(order.get("closed", thread.closed))
        thread.deleted = bool(order.get("deleted", thread.deleted))
        self._telegram.announce_chat(chat)
        return _thread(thread)

    async def commands(self, request: web.Request) -> Any:
        """The command menu a person sees."""
        user, chat = self._user(request.query.get("user")), self._chat(request.query.get("chat"))
        return {"commands": visible_commands(self._telegram, user, chat)}

    async def calls(self, request: web.Request) -> Any:
        """The record of Bot API requests."""
        log, query = self._telegram.calls, request.query
        found = log.after(int(query.get("after", 0)), int(query.get("limit", 500)), query.get("method"))
        return {"calls": found, "last": log.last}

    async def break_next(self, _: web.Request, order: Order) -> Any:
        """Breaks the next matching requests."""
        return {"id": self._telegram.faults.add(order)}

    async def mend(self, _: web.Request) -> Any:
        """Mends everything."""
        self._telegram.faults.clear()
        return {}

    async def set_limits(self, _: web.Request, order: Order) -> Any:
        """Telegram's rate limits on or off."""
        self._telegram.limits.on = bool(order.get("on"))
        return {"on": self._telegram.limits.on}

    async def wait(self, request: web.Request) -> Any:
        """The first event that fits."""
        query, events = request.query, self._telegram.events
        chat = int(query["chat"]) if query.get("chat") else None
        wanted = Wanted(chat, query.get("kind"), query.get("text"))
        event = await events.wait(int(query.get("after", 0)), float(query.get("timeout", DEFAULT_WAIT)), wanted)
        return {"event": event, "cursor": event["seq"] if event else events.last}

    def _chat(self, chat_id: Any) -> Chat:
        chat = self._telegram.world.find_chat(str(chat_id))
        if chat is None:
            raise ControlError(404, f"no such chat: {chat_id}")
        return chat

    def _user(self, user_id: Any) -> User:
        try:
            user = self._telegram.world.users.get(int(user_id))
        except (TypeError, ValueError) as error:
            raise ControlError(400, f"a user is named by their numeric id, not {user_id!r}") from error
        if user is None:
            raise ControlError(404, f"no such user: {user_id}")
        return user


def _thread(thread: Thread) -> dict[str, Any]:
    return {
        "message_thread_id": thread.id,
        "name": thread.name,
        "closed": thread.closed,
        "deleted": thread.deleted,
    }


async def _answer(question: Question, timeout: float) -> dict[str, Any] | None:
    try:
        # Shielded: a person who gives up does not make the bot's late answer fail.
        return await asyncio.wait_for(asyncio.shield(question.answer), timeout)
    except TimeoutError:
        return None


def _plain(handler: Callable[[web.Request], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            return _json(200, await handler(request))
        except ControlError as error:
            return _json(error.status, {"error": str(error)})
        except ApiError as error:
            return _json(400, {"error": error.description})
        except (TypeError, ValueError) as error:
            return _json(400, {"error": f"wrong value: {error}"})

    return handle


def _with_body(
    handler: Callable[[web.Request, Order], Awaitable[Any]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def read(request: web.Request) -> Any:
        raw = await request.read()
        order = orjson.loads(raw) if raw else {}
        if not isinstance(order, dict):
            raise ControlError(400, "the body must be a JSON object")
        return await handler(request, order)

    return _plain(read)


def _json(status: int, body: Any) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
