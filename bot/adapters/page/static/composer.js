// Where things are said: grows with the text, recalls, completes, and takes files.
import { make } from "./dom.js";
import { Offers } from "./offers.js";

export class Composer {
  constructor(me, word, say, mine) {
    Object.assign(this, { me, word, say, mine });
    this.text = document.getElementById("text");
    this.send = document.getElementById("send");
    this.chips = document.getElementById("chips");
    this.files = [];
    this.recalled = -1;
    this.offers = new Offers(this.text, me.commands, () => this.changed());
    this.text.addEventListener("input", () => {
      this.recalled = -1;
      this.changed();
      this.offers.look();
    });
    this.text.addEventListener("keydown", (event) => this.key(event));
    document.getElementById("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.takeFiles();
    this.changed();
  }

  focus() {
    this.text.focus();
  }

  put(text) {
    this.text.value = text;
    this.changed();
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // a Chinese input method is choosing characters
    if (this.offers.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && (this.text.value === "" || this.recalled >= 0)) {
      this.recall(event, 1);
    } else if (event.key === "ArrowDown" && this.recalled >= 0) {
      this.recall(event, -1);
    }
  }

  recall(event, step) {
    const mine = this.mine();
    const at = this.recalled + step;
    if (at >= mine.length) return;
    event.preventDefault();
    this.recalled = at;
    const text = at < 0 ? "" : mine[at];
    this.put(text);
  }

  submit() {
    const text = this.text.value.trim();
    const ready = this.files.filter((file) => file.token);
    if (this.files.some((file) => file.going) || (!text && !ready.length)) return;
    this.say({ text, files: ready });
    this.text.value = "";
    this.recalled = -1;
    this.files = [];
    this.chips.replaceChildren();
    this.offers.close();
    this.changed();
    this.text.focus();
  }

  changed() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
    const empty = !this.text.value.trim() && !this.files.some((file) => file.token);
    const going = this.files.some((file) => file.going);
    this.send.setAttribute("aria-disabled", String(empty || going));
  }

  takeFiles() {
    const picker = document.getElementById("picker");
    const drop = document.getElementById("drop");
    document.getElementById("attach").addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      this.upload(picker.files);
      picker.value = "";
    });
    this.text.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.upload(event.clipboardData.files);
    });
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      drop.hidden = false;
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) drop.hidden = true;
    });
    addEventListener("drop", (event) => {
      drop.hidden = true;
      if (!carries(event)) return;
      event.preventDefault();
      this.upload(event.dataTransfer.files);
    });
  }

  upload(files) {
    for (const file of files) this.uploadOne(file);
    this.text.focus();
  }

  async uploadOne(file) {
    const entry = { name: file.name, size: file.size, going: true };
    const chip = this.chip(entry);
    this.files.push(entry);
    this.changed();
    const problem = file.size > this.me.largest ? "too_large" : (await this.post(file, entry)) ? "" : "not_taken";
    entry.going = false;
    chip.classList.remove("up");
    if (problem) {
      chip.classList.add("bad");
      const n = Math.round(this.me.largest / 1024 / 1024);
      chip.querySelector("span").textContent = this.word(problem, { name: file.name, n });
    }
    this.changed();
  }

  async post(file, entry) {
    try {
      const headers = { "Content-Type": file.type || "application/octet-stream" };
      const answer = await fetch(`/files?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers });
      if (answer.ok) Object.assign(entry, await answer.json());
      return answer.ok;
    } catch {
      return false;
    }
  }

  chip(entry) {
    const remove = make("button", { type: "button", textContent: "×", "aria-label": this.word("remove", { name: entry.name }) });
    const chip = make("div", { className: "chip up" }, make("span", { textContent: entry.name }), remove);
    remove.addEventListener("click", () => {
      this.files = this.files.filter((other) => other !== entry);
      chip.remove();
      this.changed();
      this.text.focus();
    });
    this.chips.append(chip);
    return chip;
  }
}
