"""The people of the fake Slack: they speak, press, fill in forms, and see."""

import json
import re
from typing import Any

from tests.fakes.serving import Serving
from tests.fakes.slack.delivery import Delivering
from tests.fakes.slack.world import APP, BOT_USER, TEAM, World

_LINKS = re.compile(
    r"(?P<mention><@\w+>)|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<url>https?://\S+)"
    r"|(?P<site>\b[\w-]+\.(?:com|example|de|cn)\b)|(?P<raw>[&<>])"
)


def on_the_wire(typed: str) -> str:
    """What Slack makes of typed text: escaped, addresses turned into links; mentions are given as they are."""

    def wired(found: re.Match[str]) -> str:
        text = found[0]
        if found["raw"]:
            return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[text]
        if found["mail"]:
            return f"<mailto:{text}|{text}>"
        if found["url"]:
            return "<" + text.replace("&", "&amp;") + ">"
        return f"<http://{text}|{text}>" if found["site"] else text

    return _LINKS.sub(wired, typed)


class People(Serving):
    """What somebody can do in Slack. Users and channels are given by their ids; each action waits until it was taken."""

    world: World
    delivering: Delivering

    def add_user(self, name: str, **flags: Any) -> str:
        """Somebody new; their id."""
        return self.world.user(f"U{self.world.number():05d}", name, **flags)

    def add_channel(
        self, name: str, *members: str, bot: bool = True, kind: str = "channel", shared: bool = False
    ) -> str:
        """A new channel; its id."""
        return self.world.channel(name, {*members, *([BOT_USER] if bot else [])}, kind=kind, shared=shared).id

    # Doing

    def say(
        self,
        user: str,
        channel: str | None,
        text: str,
        thread: str | None = None,
        files: list[dict[str, Any]] | None = None,
    ) -> str:
        """Say something, in the direct messages with the bot where `channel` is None; the message's ts."""
        place = self.world.channels[channel] if channel else self.world.im(user)
        text = on_the_wire(text)
        event: dict[str, Any] = {
            "type": "message",
            "user": user,
            "text": text,
            "ts": self.world.ts(),
            "team": TEAM,
        }
        event |= {"thread_ts": thread} if thread else {}
        event |= {"subtype": "file_share", "files": files} if files else {}
        place.messages.append(dict(event))
        event |= {"channel": place.id, "channel_type": place.kind}
        if BOT_USER in place.members:
            self._event(event)
        if f"<@{BOT_USER}>" in text and place.kind != "im" and BOT_USER in place.members:
            mention = {k: v for k, v in event.items() if k not in ("channel_type", "subtype")}
            self._event({**mention, "type": "app_mention"})
        return str(event["ts"])

    def mention(self, user: str, channel: str, text: str, thread: str | None = None) -> str:
        """Say something to the bot in a channel."""
        return self.say(user, channel, f"<@{BOT_USER}> {text}", thread)

    def edit(self, user: str, channel: str | None, ts: str, text: str) -> None:
        """Change what one has said."""
        place = self.world.channels[channel] if channel else self.world.im(user)
        message = place.find(ts)
        assert message
        before = dict(message)
        message |= {"text": on_the_wire(text), "edited": {"user": user, "ts": self.world.ts()}}
        event = {
            "type": "message",
            "subtype": "message_changed",
            "channel": place.id,
            "channel_type": place.kind,
        }
        self._event(
            {
                **event,
                "message": dict(message),
                "previous_message": before,
                "ts": self.world.ts(),
                "hidden": True,
            }
        )

    def slash(self, user: str, line: str, channel: str | None = None) -> None:
        """Type a slash command."""
        command, _, text = line.partition(" ")
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        place = self.world.channels[channel] if channel else self.world.im(user)
        payload = {
            "token": "x",
            "team_id": TEAM,
            "api_app_id": APP,
            "user_id": user,
            "command": command,
            "text": text,
        }
        payload |= {
            "channel_id": place.id,
            "channel_name": "directmessage" if place.kind == "im" else place.name,
        }
        payload |= {"trigger_id": self.world.trigger(user), "response_url": self.url("/respond/1")}
        self.run(self.delivering.send("slash_commands", payload))

    def press(self, user: str, label: str, within: str | None = None) -> None:
        """Press the newest button with a label that one sees, or that of the message `within`."""
        channel, message, action = self._button(user, label, within)
        payload = self._interaction(user, "block_actions")
        payload |= {"channel": {"id": channel}, "message": message, "actions": [_pressed(action)]}
        payload |= {"container": {"type": "message", "message_ts": message["ts"], "channel_id": channel}}
        self.run(self.delivering.send("interactive", payload))

    def press_home(self, user: str, label: str) -> None:
        """Press a button of one's App Home."""
        home = self.world.homes[user]
        action = next(e for e in _buttons(home["blocks"]) if e["text"]["text"] == label)
        payload = self._interaction(user, "block_actions")
        payload |= {
            "view": {**home, "id": "V0HOME"},
            "container": {"type": "view"},
            "actions": [_pressed(action)],
        }
        self.run(self.delivering.send("interactive", payload))

    def shortcut(self, user: str, callback_id: str, channel: str, ts: str) -> None:
        """Use a shortcut on a message."""
        message = self.world.channels[channel].find(ts)
        assert message
        payload = self._interaction(user, "message_action")
        payload |= {
            "callback_id": callback_id,
            "channel": {"id": channel, "name": ""},
            "message": message,
            "message_ts": ts,
        }
        self.run(self.delivering.send("interactive", payload))

    def suggest(self, user: str, label: str, typed: str) -> list[tuple[str, str]]:
        """Type into a record picker of the open form; the options offered as (text, value)."""
        view = self.world.views[self.world.open_view[user]]
        block = _input(view, label)
        payload = self._interaction(user, "block_suggestion")
        payload |= {
            "view": view,
            "block_id": block["block_id"],
            "action_id": block["element"]["action_id"],
            "value": typed,
        }
        payload |= {"container": {"type": "view", "view_id": view["id"]}}
        answer = self.run(self.delivering.send("interactive", payload))
        return [(o["text"]["text"], o["value"]) for o in answer.get("options", [])]

    def submit(self, user: str, values: dict[str, Any]) -> dict[str, str]:
        """Fill in the open form by its labels and send it; the errors, by label. A picker's value is (text, value)."""
        view = self.world.views[self.world.open_view[user]]
        state: dict[str, Any] = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element = block["element"]
                given = values.get(block["label"]["text"], _initial(element))
                state[block["block_id"]] = {element["action_id"]: _state(element, given)}
        payload = self._interaction(user, "view_submission")
        payload |= {"view": {**view, "state": {"values": state}, "hash": "1"}}
        answer = self.run(self.delivering.send("interactive", payload))
        if answer.get("response_action") == "errors":
            labels = {b["block_id"]: b["label"]["text"] for b in view["blocks"] if b["type"] == "input"}
            return {labels[k]: v for k, v in answer["errors"].items()}
        del self.world.open_view[user]
        return {}

    def open_home(self, user: str, tab: str = "home") -> None:
        """Look at the app's home, or at its messages."""
        self._event({"type": "app_home_opened", "user": user, "channel": self.world.im(user).id, "tab": tab})

    def upload(self, name: str, content: bytes, mimetype: str) -> dict[str, Any]:
        """A file to be said with `say(files=…)`."""
        file_id = f"F{self.world.number():05d}"
        shown = {"id": file_id, "name": name, "mimetype": mimetype, "size": len(content)}
        shown |= {"url_private_download": self.url(f"/download/{file_id}")}
        self.world.files[file_id] = {**shown, "content": content}
        return shown

    # Seeing

    def messages(self, user: str, channel: str | None = None) -> list[dict[str, Any]]:
        """What somebody sees of a channel, or of the direct messages with the bot."""
        place = self.world.channels[channel] if channel else self.world.im(user)
        return list(place.messages) if user in place.members else []

    def answers(self, user: str, channel: str | None = None) -> list[dict[str, Any]]:
        """Of that, what the bot said."""
        return [m for m in self.messages(user, channel) if m["user"] == BOT_USER]

    def form(self, user: str) -> dict[str, Any] | None:
        """The form that is open before somebody."""
        view_id = self.world.open_view.get(user)
        return self.world.views[view_id] if view_id else None

    # How

    def event(self, event: dict[str, Any], **outer: Any) -> None:
        """Deliver an event of any kind."""
        self._event(event, **outer)

    def _event(self, event: dict[str, Any], **outer: Any) -> None:
        payload = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": APP,
            "event_id": f"Ev{self.world.number()}",
        }
        payload |= {
            "event": event,
            "event_time": 1770000000,
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER}],
        }
        self.run(self.delivering.send("events_api", {**payload, **outer}))

    def _interaction(self, user: str, kind: str) -> dict[str, Any]:
        team = self.world.users[user]["team_id"]
        return {
            "type": kind,
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": team, "name": self.world.users[user]["name"]},
            "api_app_id": APP,
            "trigger_id": self.world.trigger(user),
            "response_url": self.url("/respond/1"),
        }

    def _button(
        self, user: str, label: str, within: str | None
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        seen = [(c.id, m) for c in self.world.channels.values() if user in c.members for m in c.messages]
        for channel, message in sorted(seen, key=lambda x: x[1]["ts"], reverse=True):
            if within not in (None, message["ts"]):
                continue
            for element in _buttons(message.get("blocks", [])):
                if element["text"]["text"] == label:
                    return channel, message, element
        raise LookupError(f"{user} sees no button {label}")


def _buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
    found += [b["accessory"] for b in blocks if "accessory" in b]
    return [e for e in found if e["type"] == "button"]


def _pressed(action: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action["action_id"],
        "value": action.get("value"),
        "action_ts": "1.1",
    }


def _input(view: dict[str, Any], label: str) -> dict[str, Any]:
    return next(b for b in view["blocks"] if b["type"] == "input" and b["label"]["text"] == label)


def _initial(element: dict[str, Any]) -> Any:
    option = element.get("initial_option")
    return (option["text"]["text"], option["value"]) if option else element.get("initial_value")


def _state(element: dict[str, Any], given: Any) -> dict[str, Any]:
    if element["type"] == "plain_text_input":
        return {"type": "plain_text_input", "value": given}
    if isinstance(given, str):
        given = next(
            (o["text"]["text"], o["value"]) for o in element["options"] if o["text"]["text"] == given
        )
    option = {"text": {"type": "plain_text", "text": given[0]}, "value": given[1]} if given else None
    return {"type": element["type"], "selected_option": option}


def buttons(message: dict[str, Any]) -> list[str]:
    """The labels of a message's buttons."""
    return [e["text"]["text"] for e in _buttons(message.get("blocks", []))]


def as_json(message: dict[str, Any]) -> str:
    """A message for a golden file."""
    return json.dumps(message, ensure_ascii=False, indent=2)
