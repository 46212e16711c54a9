// My day: refreshed after each answer; a drawer on a phone.
import { icon, make } from "./dom.js";

const SOON = 250;
const NARROW = "(max-width: 52rem)";

export class Day {
  constructor(word, say) {
    this.word = word;
    this.say = say;
    this.side = document.getElementById("side");
    this.box = document.getElementById("day");
    this.opener = document.getElementById("side-open");
    this.shade = document.getElementById("shade");
    this.opener.addEventListener("click", () => this.toggle(true));
    document.getElementById("side-close").addEventListener("click", () => this.toggle(false));
    this.shade.addEventListener("click", () => this.toggle(false));
    addEventListener("keydown", (event) => event.key === "Escape" && this.isOpen() && this.toggle(false));
    this.side.addEventListener("keydown", (event) => this.keepInside(event));
    setInterval(() => document.hidden || this.refresh(), 5 * 60_000);
  }

  isOpen() {
    return this.side.classList.contains("open");
  }

  toggle(open) {
    this.side.classList.toggle("open", open);
    this.shade.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) document.getElementById("side-close").focus();
    else this.opener.focus();
  }

  // An open drawer keeps the focus until it is closed.
  keepInside(event) {
    if (event.key !== "Tab" || !this.isOpen() || !matchMedia(NARROW).matches) return;
    const stops = [...this.side.querySelectorAll("button")];
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }

  refresh() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.load(), SOON);
  }

  async load() {
    const answer = await fetch("/day").catch(() => null);
    if (!answer?.ok) return;
    const parts = await answer.json();
    const nothing = make("p", { className: "nothing", textContent: this.word("day_empty") });
    this.box.replaceChildren(...(parts.length ? parts.map((part) => this.part(part)) : [nothing]));
    document.getElementById("badge").hidden = !parts.some((part) => part.key === "overdue");
  }

  part({ key, title: words, count, items }) {
    const title = make("h3", {}, words, make("span", { textContent: String(count) }));
    const section = make("section", { className: key }, title, make("ul", {}, ...items.map((item) => this.item(item))));
    if (count > items.length) section.append(make("p", { className: "more", textContent: this.word("day_more", { n: count - items.length }) }));
    return section;
  }

  item(item) {
    const words = [make("span", { textContent: item.text }), item.when ? make("span", { className: "when", textContent: item.when }) : null];
    const what = item.say ? make("button", { type: "button", className: "what" }, ...words) : make("div", { className: "what" }, ...words);
    if (item.say) what.addEventListener("click", () => this.act(item.say));
    return make("li", { className: item.high ? "high" : "" }, item.done ? this.tick(item) : make("i", { className: "dot" }), what);
  }

  tick(item) {
    const tick = make("button", { type: "button", className: "tick", "aria-label": this.word("day_done", { name: item.text }) }, icon("M5 12l5 5 9-10"));
    tick.addEventListener("click", () => this.act(item.done));
    return tick;
  }

  act(text) {
    if (this.isOpen()) this.toggle(false);
    this.say(text);
  }
}
