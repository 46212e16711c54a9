// The log of the talk: every message once, in order, with what still waits to be sent at its end.
import { make } from "./dom.js";
import { answerBody, buttonRow, markUsed, saidBody } from "./message.js";

const NEAR = 120;
const TYPING_AFTER = 350;

export class Log {
  constructor(language, word, say) {
    this.language = language;
    this.word = word;
    this.say = say;
    this.box = document.getElementById("log");
    this.scroller = document.getElementById("scroll");
    this.newest = document.getElementById("newest");
    this.elements = new Map();
    this.waiting = new Map();
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    this.newest.addEventListener("click", () => this.down());
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.stuck && this.down()).observe(this.box);
    new ResizeObserver(() => this.stuck && this.down()).observe(this.scroller);
    this.stuck = true;
    setInterval(() => this.tell(), 30_000);
    this.box.setAttribute("aria-busy", "true");
  }

  // History is there: from now on what comes is read out.
  settle() {
    this.box.setAttribute("aria-busy", "false");
    this.tries.hidden = this.box.querySelectorAll(".message").length > 1;
    this.down();
  }

  add(message, old) {
    const stay = !old && !this.near();
    if (message.who === "parley") this.answered(message);
    else this.heard(message);
    this.days();
    if (!stay) this.down();
    else this.newest.hidden = false;
  }

  answered(message) {
    const element = this.answer(message);
    const former = message.replaces && this.elements.get(message.replaces);
    if (former) {
      this.dropPress(this.lastKept());
      former.replaceWith(element);
      this.elements.set(message.replaces, element);
    } else {
      this.insert(element);
    }
    this.elements.set(message.id, element);
    this.typing(false);
  }

  heard(message) {
    const element = this.said(message);
    const former = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (former) former.replaceWith(element);
    else this.insert(element);
    this.elements.set(message.id, element);
    this.release(message);
  }

  // Buttons that were pressed come alive again, but for those that are used up.
  release({ press = null, used = [] } = {}) {
    for (const button of this.box.querySelectorAll("button.pressing")) button.classList.remove("pressing");
    for (const token of used) {
      const button = this.box.querySelector(`button[data-token="${CSS.escape(token)}"]`);
      if (button) markUsed(button, token === press, this.word);
    }
  }

  // A press that turned a page says nothing of its own.
  dropPress(element) {
    if (element?.classList.contains("pressed")) element.remove();
  }

  lastKept() {
    return [...this.box.querySelectorAll(".message:not(.waiting)")].at(-1);
  }

  insert(element) {
    const first = this.waiting.values().next().value;
    if (first?.isConnected) first.before(element);
    else this.box.append(element);
  }

  prepend(messages) {
    const height = this.scroller.scrollHeight;
    this.stuck = false;
    this.box.setAttribute("aria-busy", "true");
    const made = messages.map((m) => {
      const element = m.who === "parley" ? this.answer(m) : this.said(m);
      this.elements.set(m.id, element);
      return element;
    });
    this.box.prepend(...made);
    this.days();
    this.box.setAttribute("aria-busy", "false");
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  wait(said) {
    if (this.tries) this.tries.hidden = true;
    const element = this.said({ ...said, text: said.text ?? said.label, pressed: Boolean(said.press) });
    element.classList.add("waiting");
    this.waiting.set(said.id, element);
    this.box.append(element);
    this.days();
    this.down();
  }

  fail(id, again) {
    const element = this.waiting.get(id);
    if (!element) return;
    this.waiting.delete(id);
    this.release();
    const retry = make("button", { type: "button", textContent: this.word("again") });
    retry.addEventListener("click", () => {
      element.remove();
      again();
    });
    element.querySelector(".foot").replaceChildren(make("span", { className: "failed", textContent: this.word("not_sent") }), retry);
  }

  said(message) {
    const body = saidBody(message, this.word, this.language);
    const element = this.frame(message, "me", body);
    if (message.pressed) element.classList.add("pressed");
    return element;
  }

  answer(message) {
    const element = this.frame(message, "parley", answerBody(message, this.word, this.language));
    if (message.buttons.length) {
      const row = buttonRow(message, (press, label) => this.say({ press, label }), this.word);
      element.querySelector(".body").after(row);
    }
    return element;
  }

  frame(message, who, body) {
    const at = new Date(message.at);
    const time = make("time", { dateTime: message.at, title: at.toLocaleString(this.language) });
    const element = make(
      "div",
      { className: `message ${who}` },
      make("span", { className: "hidden", textContent: `${this.word(who)}: ` }),
      body,
      make("div", { className: "foot" }, time),
    );
    element.dataset.id = message.id;
    element.dataset.at = message.at;
    element.dataset.place = message.place ?? "";
    this.tellOne(time);
    return element;
  }

  // What I have said, newest first, for the composer to recall.
  mine() {
    const words = [...this.box.querySelectorAll(".message.me:not(.pressed) .words")].map((w) => w.textContent);
    return [...new Set(words.reverse())];
  }

  typing(on) {
    const sign = document.getElementById("typing");
    clearTimeout(this.soon);
    if (!on) {
      sign.hidden = true;
      sign.setAttribute("aria-label", "");
      return;
    }
    this.soon = setTimeout(() => {
      const near = this.near();
      sign.hidden = false;
      sign.setAttribute("aria-label", sign.dataset.words);
      if (near) this.down();
    }, TYPING_AFTER);
  }

  offer(sentences, take) {
    this.tries = document.getElementById("tries");
    for (const sentence of sentences) {
      const button = make("button", { type: "button", textContent: sentence });
      button.addEventListener("click", () => take(sentence));
      this.tries.append(button);
    }
  }

  near() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  // At the newest message it stays there, whatever grows above it: a picture that loads, a keyboard that opens.
  scrolled() {
    this.stuck = this.near();
    this.newest.hidden = this.stuck;
  }

  down() {
    this.stuck = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newest.hidden = true;
  }

  tell() {
    this.box.querySelectorAll("time").forEach((time) => this.tellOne(time));
  }

  tellOne(time) {
    const at = new Date(time.dateTime);
    const minutes = Math.round((at - Date.now()) / 60_000);
    if (Math.abs(minutes) < 1) time.textContent = this.relative.format(0, "second");
    else if (Math.abs(minutes) < 60) time.textContent = this.relative.format(minutes, "minute");
    else time.textContent = at.toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit", hour12: false });
  }

  // A line between messages of different days; those that are right stay as they are.
  days() {
    let last = "";
    for (const element of [...this.box.querySelectorAll(".message")]) {
      const at = new Date(element.dataset.at);
      const before = element.previousElementSibling;
      const line = before?.classList.contains("day") ? before : null;
      const words = at.toDateString() === last ? null : this.day(at);
      last = at.toDateString();
      if (!words) line?.remove();
      else if (line) line.textContent !== words && (line.textContent = words);
      else element.before(make("div", { className: "day", textContent: words }));
    }
  }

  day(at) {
    const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
    const distance = Math.round((midnight(at) - midnight(new Date())) / 86_400_000);
    if (distance === 0 || distance === -1) {
      const words = this.relative.format(distance, "day");
      return words[0].toLocaleUpperCase(this.language) + words.slice(1);
    }
    const options = { weekday: "short", day: "numeric", month: "long" };
    if (at.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
    return at.toLocaleDateString(this.language === "en" ? "en-GB" : this.language, options);
  }
}
