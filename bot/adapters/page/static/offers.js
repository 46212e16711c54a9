// What the composer offers: slash commands with their grammar, and names of customers.
import { make } from "./dom.js";

const SOON = 120;
const MOST = 8;

export class Offers {
  constructor(text, commands, changed) {
    Object.assign(this, { text, commands, changed });
    this.box = document.getElementById("offered");
    this.options = [];
    this.at = -1;
    this.asked = 0;
    text.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  look() {
    clearTimeout(this.soon);
    const before = this.text.value.slice(0, this.text.selectionStart);
    if (/^[/／]/.test(before)) return this.slash(before);
    this.soon = setTimeout(() => this.names(before), SOON);
  }

  slash(before) {
    const said = before.replace(/^／/, "/").toLowerCase().replace(/\s+/g, " ");
    const command = this.commands.find((c) => said.startsWith(`${c.name} `) && !this.commands.some((d) => d.name.startsWith(said)));
    if (command) {
      this.show([{ usage: command.usage }], false);
      this.soon = setTimeout(() => this.names(before, command.usage), SOON);
      return;
    }
    const begins = this.commands.filter((c) => c.name.startsWith(said.trimEnd()));
    const within = this.commands.filter((c) => !begins.includes(c) && c.name.split(" ")[1]?.startsWith(said.slice(1)));
    const options = [...begins, ...within].slice(0, MOST).map((c) => ({ name: c.name, about: c.usage.slice(c.name.length + 1), hint: c.what, put: `${c.name} `, replaces: before.length }));
    this.show(options, true);
  }

  async names(before, usage) {
    const asked = ++this.asked;
    const answer = await fetch(`/complete?text=${encodeURIComponent(before.slice(-60))}`).catch(() => null);
    if (asked !== this.asked || !answer?.ok) return;
    const { length, wanted, names } = await answer.json();
    if (asked !== this.asked || before !== this.text.value.slice(0, this.text.selectionStart)) return;
    const options = names.map((n) => ({ name: n.name, about: n.about || n.kind, put: n.name, replaces: length }));
    this.show(usage ? [{ usage }, ...options] : options, wanted);
  }

  // `eager` offers have their first choice chosen, so that Enter takes it; others wait to be asked for by Tab or an arrow.
  show(options, eager) {
    this.asked += 1;
    this.options = options;
    this.at = -1;
    this.box.replaceChildren(...options.map((option, at) => this.option(option, at)));
    this.box.hidden = !options.length;
    this.text.setAttribute("aria-expanded", String(options.length > 0));
    if (eager && options.length) this.choose(0);
    else this.text.removeAttribute("aria-activedescendant");
  }

  option(option, at) {
    if (option.usage) return make("div", { className: "option usage", textContent: option.usage, role: "option", "aria-disabled": "true" });
    const about = [option.hint, option.about].filter(Boolean).join(" · ");
    const element = make(
      "div",
      { className: "option", role: "option", id: `offer-${at}`, "aria-selected": "false" },
      make("span", { className: "name", textContent: option.name }),
      make("span", { className: "about", textContent: about }),
    );
    element.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.take(at);
    });
    return element;
  }

  choose(at) {
    const pickable = this.options.map((option, i) => (option.usage ? -1 : i)).filter((i) => i >= 0);
    if (!pickable.length) return;
    const place = pickable.indexOf(at);
    this.at = place >= 0 ? at : at < pickable[0] ? pickable.at(-1) : pickable[0];
    [...this.box.children].forEach((child, i) => child.setAttribute("aria-selected", String(i === this.at)));
    this.box.children[this.at].scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", `offer-${this.at}`);
  }

  key(event) {
    if (this.box.hidden) return false;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown" && this.pickable()) this.choose(this.at + 1);
    else if (event.key === "ArrowUp" && this.pickable()) this.choose(this.at - 1);
    else if (event.key === "Tab" && !event.shiftKey && this.pickable()) this.take(this.at < 0 ? this.options.findIndex((o) => !o.usage) : this.at);
    else if (event.key === "Enter" && !event.shiftKey && this.at >= 0 && !this.complete()) this.take(this.at);
    else return false;
    event.preventDefault();
    return true;
  }

  pickable() {
    return this.options.some((option) => !option.usage);
  }

  // What is chosen stands there already: Enter sends it.
  complete() {
    return this.text.value.trim() === this.options[this.at].name;
  }

  take(at) {
    const { put, replaces } = this.options[at];
    const end = this.text.selectionStart;
    this.text.setRangeText(put, end - replaces, end, "end");
    this.close();
    this.changed();
    this.text.focus();
    if (put.startsWith("/")) this.look();
  }

  close() {
    clearTimeout(this.soon);
    this.show([], false);
  }
}
