"""The methods of the Bot API, as far as a bot like Parley could want them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.telegram import check
from tests.fakes.telegram.check import Bad
from tests.fakes.telegram.world import BOT_ID, Chat, Json, World

NESTED = (
    "reply_markup",
    "allowed_updates",
    "commands",
    "scope",
    "reply_parameters",
    "link_preview_options",
    "media",
)
NUMBERS = ("offset", "limit", "timeout", "message_id", "message_thread_id", "user_id")
UPLOADS = ("document", "photo")
LARGEST_DOWN = 20 * 2**20
Method = Callable[[Json], Awaitable[Any]]


def arguments(fields: Json) -> Json:
    """The parameters of a request in their types."""
    given = dict(fields)
    for key in NESTED:
        if isinstance(given.get(key), str):
            given[key] = json.loads(given[key])
    for key in NUMBERS:
        if key in given:
            given[key] = int(given[key])
    return given


class BotApi:
    """Does what a bot asks for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._polling = 0

    def method(self, name: str) -> Method | None:
        """The method of that name; names do not mind their case."""
        found = {n.lower(): n for n in METHODS}.get(name.lower())
        return getattr(self, METHODS[found]) if found else None

    async def me(self, _: Json) -> Json:
        flags = {"can_join_groups": True, "can_read_all_group_messages": not self.world.privacy}
        return {**self.world.users[BOT_ID], **flags, "supports_inline_queries": False}

    # Updates

    async def updates(self, given: Json) -> list[Json]:
        if self.world.webhook["url"]:
            raise Bad(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                409,
            )
        self._polling += 1
        turn = self._polling
        await self.world.drop(lambda u: u["update_id"] < given.get("offset", 0))
        async with self.world.fresh:
            self.world.fresh.notify_all()
            end = asyncio.get_running_loop().time() + given.get("timeout", 0)
            while not self._waiting(given) and self._polling == turn:
                left = end - asyncio.get_running_loop().time()
                if left <= 0:
                    break
                await self._more(left)
        if self._polling != turn:
            raise Bad(
                "terminated by other getUpdates request; make sure that only one bot instance is running", 409
            )
        return self._waiting(given)[: given.get("limit", 100)]

    async def _more(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.world.fresh.wait(), seconds)
        except TimeoutError:
            return

    def _waiting(self, given: Json) -> list[Json]:
        """The updates of the wanted kinds; the others are dropped."""
        wanted = given.get("allowed_updates")
        if wanted:
            self.world.updates[:] = [u for u in self.world.updates if set(u) & set(wanted)]
        return self.world.updates

    async def set_webhook(self, given: Json) -> bool:
        async with self.world.fresh:
            self.world.webhook = {"url": given.get("url", ""), "secret": given.get("secret_token", "")}
            self.world.fresh.notify_all()
        return True

    async def delete_webhook(self, _: Json) -> bool:
        return await self.set_webhook({})

    async def webhook_info(self, _: Json) -> Json:
        hook = self.world.webhook
        told = {k: hook[k] for k in ("last_error_date", "last_error_message") if k in hook}
        waiting = len(self.world.updates)
        return {
            "url": hook["url"],
            "has_custom_certificate": False,
            "pending_update_count": waiting,
            **told,
        }

    # Messages

    async def send_message(self, given: Json) -> Json:
        chat = self._chat(given)
        text = check.text_of(given, "text", check.LONGEST)
        return self._sent(chat, given, text=text, html=given["text"])

    async def send_file(self, given: Json) -> Json:
        kind = next(k for k in UPLOADS if k in given)
        chat = self._chat(given)
        caption = check.text_of(given, "caption", check.CAPTION)
        name, content = given[kind]
        file_id = f"file{self.world.number()}"
        self.world.files[file_id] = (name, content)
        about = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content)}
        what: Any = (
            {**about, "file_name": name} if kind == "document" else [{**about, "width": 1, "height": 1}]
        )
        shown = {"caption": caption} if caption else {}
        return self._sent(chat, given, **{kind: what}, **shown)

    def _sent(self, chat: Chat, given: Json, **content: Any) -> Json:
        markup = check.keyboard(given.get("reply_markup"))
        if markup:
            content["reply_markup"] = markup
        if thread := given.get("message_thread_id"):
            content |= {"message_thread_id": thread, "is_topic_message": True}
        if replied := chat.messages.get((given.get("reply_parameters") or {}).get("message_id", 0)):
            content["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        return _told(self.world.message(chat, BOT_ID, **content))

    async def edit_text(self, given: Json) -> Json:
        message = self._mine(given, "edited")
        text = check.text_of(given, "text", check.LONGEST)
        if "text" not in message:
            raise Bad("there is no text in the message to edit")
        self._change(message, {"text": text, "html": given["text"], **self._markup(given)})
        return _told(message)

    async def edit_markup(self, given: Json) -> Json:
        message = self._mine(given, "edited")
        self._change(message, self._markup(given))
        return _told(message)

    def _markup(self, given: Json) -> Json:
        markup = check.keyboard(given.get("reply_markup"))
        return {"reply_markup": markup if markup and any(markup["inline_keyboard"]) else None}

    def _change(self, message: Json, new: Json) -> None:
        if all(message.get(k) == v for k, v in new.items()):
            raise Bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a"
                " current content and reply markup of the message"
            )
        message.update(new, edit_date=self.world.now())
        if message["reply_markup"] is None:
            del message["reply_markup"]

    async def delete_message(self, given: Json) -> bool:
        self._mine(given, "deleted")["deleted"] = True
        return True

    def _mine(self, given: Json, what: str) -> Json:
        message = self._chat(given).messages.get(given["message_id"])
        if message is None or message.get("deleted"):
            raise Bad(f"message to be {what} not found" if what != "edited" else "message to edit not found")
        if message["from"]["id"] != BOT_ID:
            raise Bad(f"message can't be {what}")
        return message

    async def answer_press(self, given: Json) -> bool:
        if given["callback_query_id"] not in self.world.presses:
            raise Bad("query is too old and response timeout expired or query ID is invalid")
        self.world.presses[given["callback_query_id"]] = given
        return True

    async def action(self, given: Json) -> bool:
        self.world.actions.append((self._chat(given).id, given["action"]))
        return True

    # Files, menus, chats

    async def file(self, given: Json) -> Json:
        if given["file_id"] not in self.world.files:
            raise Bad("invalid file_id")
        name, content = self.world.files[given["file_id"]]
        if len(content) > LARGEST_DOWN:
            raise Bad("file is too big")
        return {
            "file_id": given["file_id"],
            "file_unique_id": given["file_id"],
            "file_size": len(content),
            "file_path": f"documents/{given['file_id']}/{name}",
        }

    async def set_commands(self, given: Json) -> bool:
        scope = given.get("scope") or {"type": "default"}
        key = ":".join(str(scope[k]) for k in ("type", "chat_id") if k in scope)
        self.world.menus[key, given.get("language_code", "")] = check.commands(given["commands"])
        return True

    async def chat(self, given: Json) -> Json:
        found = self._chat(given)
        return {**self.world.chat_json(found), "accent_color_id": 0, "max_reaction_count": 11} | {
            "accepted_gift_types": dict.fromkeys(
                (
                    "unlimited_gifts",
                    "limited_gifts",
                    "unique_gifts",
                    "premium_subscription",
                    "gifts_from_channels",
                ),
                False,
            )
        }

    async def member(self, given: Json) -> Json:
        chat = self._chat(given)
        user = self.world.users.get(given["user_id"])
        if user is None:
            raise Bad("member not found")
        return self._member(user, chat.members.get(user["id"], "left"))

    async def admins(self, given: Json) -> list[Json]:
        found = self._chat(given).members.items()
        return [self._member(self.world.users[u], s) for u, s in found if s in ("creator", "administrator")]

    async def count(self, given: Json) -> int:
        return sum(s not in ("left", "kicked") for s in self._chat(given).members.values())

    def _member(self, user: Json, status: str) -> Json:
        return {"user": user, "status": status, **({"is_anonymous": False} if status == "creator" else {})}

    def _chat(self, given: Json) -> Chat:
        chat = self.world.chats.get(int(given["chat_id"]))
        if chat is None:
            raise Bad("chat not found")
        if chat.migrated_to:
            raise Bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.blocked:
            private = chat.kind == "private"
            raise Bad(
                f"bot was {'blocked by the user' if private else 'kicked from the group chat'}", status=403
            )
        return chat


def _told(message: Json) -> Json:
    """A message as the bot gets it back: keys under the field are not told."""
    shown = {k: v for k, v in message.items() if k != "html"}
    if "inline_keyboard" not in shown.get("reply_markup", {"inline_keyboard": []}):
        del shown["reply_markup"]
    return shown


METHODS = {
    "getMe": "me",
    "getUpdates": "updates",
    "setWebhook": "set_webhook",
    "deleteWebhook": "delete_webhook",
    "getWebhookInfo": "webhook_info",
    "sendMessage": "send_message",
    "sendDocument": "send_file",
    "sendPhoto": "send_file",
    "editMessageText": "edit_text",
    "editMessageReplyMarkup": "edit_markup",
    "deleteMessage": "delete_message",
    "answerCallbackQuery": "answer_press",
    "sendChatAction": "action",
    "getFile": "file",
    "setMyCommands": "set_commands",
    "getChat": "chat",
    "getChatMember": "member",
    "getChatAdministrators": "admins",
    "getChatMemberCount": "count",
}
