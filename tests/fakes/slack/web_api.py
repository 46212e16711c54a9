"""The Web API of the fake Slack."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.slack.check import block_problems, text_problems, view_problems
from tests.fakes.slack.world import APP, APP_TOKEN, BOT, BOT_TOKEN, BOT_USER, TEAM, Channel, Failure, World


class Refusal(Exception):
    """A call that is answered with an error."""

    def __init__(self, error: str, *details: str) -> None:
        super().__init__(error)
        self.error, self.details = error, details


class WebApi:
    """Answers the methods that Parley calls, as Slack would."""

    def __init__(self, world: World, url: Callable[[str], str]) -> None:
        self.world, self.url = world, url
        self.socket_ticket = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        method = request.match_info["method"]
        args = await _arguments(request)
        self.world.calls.append((method, args))
        failure = self.world.failures[method].popleft() if self.world.failures[method] else None
        if failure and failure.cut == "before":
            return _cut(request)
        if failure and not failure.cut:
            return _failed(failure)
        answer = self._answer(method, args, _token(request, args))
        if failure:
            return _cut(request)
        return web.json_response(answer, headers={"x-oauth-scopes": self.world.scopes})

    def _answer(self, method: str, args: dict[str, Any], token: str) -> dict[str, Any]:
        try:
            self._admit(method, token)
            return {"ok": True, **self._method(method)(args)}
        except Refusal as refusal:
            if refusal.details:
                self.world.complaints += [f"{method}: {d}" for d in refusal.details]
            return {
                "ok": False,
                "error": refusal.error,
                "response_metadata": {"messages": [f"[ERROR] {d}" for d in refusal.details]},
            }

    def _method(self, name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        found = getattr(self, "_" + name.replace(".", "_"), None)
        if found is None:
            raise Refusal("unknown_method")
        return found

    def _admit(self, method: str, token: str) -> None:
        app_level = method == "apps.connections.open"
        valid = self.world.app_token_valid if app_level else self.world.bot_token_valid
        if token != (APP_TOKEN if app_level else BOT_TOKEN) or not valid:
            raise Refusal("invalid_auth")

    # Who we are

    def _auth_test(self, _args: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": "https://home.slack.test/",
            "team": "Home",
            "user": "parley",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
        }

    def _apps_connections_open(self, _args: dict[str, Any]) -> dict[str, Any]:
        self.socket_ticket += 1
        return {"url": self.url(f"/link?ticket={self.socket_ticket}").replace("http://", "ws://")}

    # People and places

    def _users_info(self, args: dict[str, Any]) -> dict[str, Any]:
        user = self.world.users.get(args["user"])
        if user is None:
            raise Refusal("user_not_found")
        shown = dict(user)
        if args.get("include_locale") not in (True, "true", "1", 1):
            shown.pop("locale")
        return {"user": shown}

    def _conversations_open(self, args: dict[str, Any]) -> dict[str, Any]:
        user = self.world.users.get(args["users"])
        if user is None:
            raise Refusal("user_not_found")
        if user["deleted"]:
            raise Refusal("user_disabled")
        return {"channel": {"id": self.world.im(user["id"]).id}}

    def _channel(self, args: dict[str, Any], *, inside: bool = True) -> Channel:
        channel = self.world.channels.get(args.get("channel", ""))
        if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
            raise Refusal("channel_not_found")
        if inside and BOT_USER not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def _conversations_info(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"channel": self._channel(args, inside=False).info()}

    def _conversations_members(self, args: dict[str, Any]) -> dict[str, Any]:
        members = sorted(self._channel(args, inside=False).members)
        limit = int(args.get("limit", 100))
        return {
            "members": members[:limit],
            "response_metadata": {"next_cursor": "more" if len(members) > limit else ""},
        }

    def _history(self, args: dict[str, Any], *, thread: str | None) -> dict[str, Any]:
        oldest, limit = float(args.get("oldest", 0)), int(args.get("limit", 100))
        found = [
            m
            for m in self._channel(args).messages
            if float(m["ts"]) >= oldest
            and (m.get("thread_ts", m["ts"]) == thread if thread else m.get("thread_ts", m["ts"]) == m["ts"])
        ]
        with_metadata = args.get("include_all_metadata") in (True, "true", "1", 1)
        shown = [m if with_metadata else {k: v for k, v in m.items() if k != "metadata"} for m in found]
        newest = shown[::-1] if thread is None else shown
        return {"messages": newest[:limit], "has_more": len(newest) > limit}

    def _conversations_history(self, args: dict[str, Any]) -> dict[str, Any]:
        return self._history(args, thread=None)

    def _conversations_replies(self, args: dict[str, Any]) -> dict[str, Any]:
        return self._history(args, thread=args["ts"])

    # Messages

    def _checked(self, args: dict[str, Any]) -> None:
        if not args.get("text") and not args.get("blocks"):
            raise Refusal("no_text")
        if problems := list(text_problems(args.get("text", ""))):
            raise Refusal("invalid_text", *problems)
        if problems := block_problems(args.get("blocks") or [], "message"):
            raise Refusal("invalid_blocks", *problems)

    def _chat_postMessage(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        self._checked(args)
        channel = self._channel(args)
        if args.get("thread_ts") and channel.find(args["thread_ts"]) is None:
            raise Refusal("thread_not_found")
        kept = ("text", "blocks", "metadata", "thread_ts")
        message = {"type": "message", "user": BOT_USER, "bot_id": BOT, "app_id": APP, "ts": self.world.ts()}
        message |= {k: args[k] for k in kept if args.get(k)}
        channel.messages.append(message)
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def _chat_update(self, args: dict[str, Any]) -> dict[str, Any]:
        self._checked(args)
        message = self._channel(args).find(args["ts"])
        if message is None:
            raise Refusal("message_not_found")
        if message["user"] != BOT_USER:
            raise Refusal("cant_update_message")
        message |= {k: args[k] for k in ("text", "blocks", "metadata") if k in args}
        message["edited"] = {"user": BOT_USER, "ts": self.world.ts()}
        return {"channel": args["channel"], "ts": message["ts"], "text": message.get("text", "")}

    def _chat_postEphemeral(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        self._checked(args)
        if args["user"] not in self._channel(args).members:
            raise Refusal("user_not_in_channel")
        self.world.ephemerals.append(args)
        return {"message_ts": self.world.ts()}

    def _chat_getPermalink(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        channel = self._channel(args)
        if channel.find(args["message_ts"]) is None:
            raise Refusal("message_not_found")
        ts = args["message_ts"].replace(".", "")
        return {"channel": channel.id, "permalink": f"https://home.slack.test/archives/{channel.id}/p{ts}"}

    # Views, prompts, status

    def _views_open(self, args: dict[str, Any]) -> dict[str, Any]:
        user = self.world.triggers.pop(args.get("trigger_id", ""), None)
        if user is None:
            raise Refusal("expired_trigger_id")
        return {"view": self._view(args["view"], user, None)}

    def _views_update(self, args: dict[str, Any]) -> dict[str, Any]:
        old = self.world.views.get(args.get("view_id", ""))
        if old is None:
            raise Refusal("not_found")
        return {"view": self._view(args["view"], old["user"], old["id"])}

    def _view(self, view: dict[str, Any], user: str, view_id: str | None) -> dict[str, Any]:
        if problems := view_problems(view):
            raise Refusal("invalid_arguments", *problems)
        made = {**view, "id": view_id or f"V{self.world.number():05d}", "team_id": TEAM, "user": user}
        self.world.views[made["id"]] = made
        self.world.open_view[user] = made["id"]
        return made

    def _views_publish(self, args: dict[str, Any]) -> dict[str, Any]:
        if problems := view_problems(args["view"]):
            raise Refusal("invalid_arguments", *problems)
        self.world.homes[args["user_id"]] = args["view"]
        return {"view": {**args["view"], "id": f"V{self.world.number():05d}"}}

    def _assistant_threads_setSuggestedPrompts(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        if "thread_ts" in args or not 0 < len(args["prompts"]) <= 4:
            raise Refusal("invalid_arguments", "up to four prompts, and no thread in an agent's view")
        self.world.prompts[args["channel_id"]] = args
        return {}

    def _assistant_threads_setStatus(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        self.world.statuses.append(args)
        return {}

    # Files

    def _files_getUploadURLExternal(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        file_id = f"F{self.world.number():05d}"
        self.world.files[file_id] = {"id": file_id, "name": args["filename"], "size": int(args["length"])}
        return {"file_id": file_id, "upload_url": self.url(f"/upload/{file_id}")}

    def _files_completeUploadExternal(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        files = [self.world.files[f["id"]] for f in args["files"]]
        if any("content" not in f for f in files):
            raise Refusal("file_not_found")
        if args.get("channel_id"):
            channel = self._channel({"channel": args["channel_id"]})
            message = {
                "type": "message",
                "subtype": "file_share",
                "user": BOT_USER,
                "ts": self.world.ts(),
                "text": "",
            }
            titles = [
                given.get("title", file["name"]) for given, file in zip(args["files"], files, strict=True)
            ]
            shown = zip(files, titles, strict=True)
            message |= {"files": [{"id": f["id"], "name": f["name"], "title": t} for f, t in shown]}
            message |= {"thread_ts": args["thread_ts"]} if args.get("thread_ts") else {}
            channel.messages.append(message)
        return {"files": [{"id": f["id"], "title": f["name"]} for f in files]}

    def _files_info(self, args: dict[str, Any]) -> dict[str, Any]:
        file = self.world.files.get(args["file"])
        if file is None:
            raise Refusal("file_not_found")
        shown = {k: v for k, v in file.items() if k != "content"}
        return {"file": {**shown, "url_private_download": self.url(f"/download/{file['id']}")}}


async def _arguments(request: web.Request) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return {**args, **await request.json()}
    args |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    for name in ("blocks", "metadata", "view", "files", "prompts"):
        if isinstance(args.get(name), str):
            args[name] = json.loads(args[name])
    return args


def _token(request: web.Request, args: dict[str, Any]) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ") or str(args.get("token", ""))


def _failed(failure: Failure) -> web.Response:
    headers = {"Retry-After": str(failure.retry_after)} if failure.retry_after is not None else {}
    if failure.error:
        return web.json_response({"ok": False, "error": failure.error}, headers=headers)
    error = "ratelimited" if failure.status == 429 else "internal_error"
    if failure.status == 500:
        return web.Response(status=500, text="upstream error", content_type="text/html")
    return web.json_response({"ok": False, "error": error}, status=failure.status or 200, headers=headers)


def _cut(request: web.Request) -> web.Response:
    transport = request.transport
    if isinstance(transport, asyncio.Transport):
        transport.abort()
    return web.Response()
