// What goes out waits in a queue until it is kept by the server; what comes in has a place, and every place comes once.
const KEPT = "parley.queue";
const BATCH = 50;
const HIDDEN_AFTER = 30_000;
const HIDDEN_LOOK = 60_000;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Connection {
  constructor(on) {
    this.on = on;
    this.place = 0;
    this.first = null;
    this.more = false;
    this.queue = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    this.sending = false;
    this.wait = 1000;
    document.addEventListener("visibilitychange", () => this.visibility());
    addEventListener("online", () => this.connect());
    addEventListener("pagehide", () => this.source?.close());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
  }

  async start() {
    const messages = await this.fetch("/messages");
    messages.forEach((message) => this.take(message, true));
    this.first = messages[0]?.place ?? null;
    this.more = messages.length === BATCH;
    this.queue.forEach((said) => this.on.waiting(said));
    this.connect();
    this.pump();
  }

  async older() {
    const messages = await this.fetch(`/messages?before=${this.first}`);
    this.first = messages[0]?.place ?? this.first;
    this.more = messages.length === BATCH;
    return messages;
  }

  // Says something; `id` makes it the same thing however often it is sent.
  say(said) {
    const whole = { id: newId(), at: new Date().toISOString(), ...said };
    this.queue.push(whole);
    this.keep();
    this.on.waiting(whole);
    this.pump();
  }

  keep() {
    sessionStorage.setItem(KEPT, JSON.stringify(this.queue));
  }

  async pump() {
    if (this.sending) return;
    this.sending = true;
    for (let wait = 500; this.queue.length; ) {
      const outcome = await this.post(this.queue[0]);
      if (outcome === "later") {
        await pause(wait);
        wait = Math.min(wait * 2, 15_000);
        continue;
      }
      const said = this.queue.shift();
      this.keep();
      if (outcome === "never") this.on.failed(said.id, () => this.say({ ...said, id: newId() }));
    }
    this.sending = false;
  }

  async post({ id, text = "", press = null, files = [] }) {
    const body = JSON.stringify({ id, text, press, files: files.map((file) => file.token) });
    try {
      const answer = await fetch("/say", { method: "POST", body, headers: { "Content-Type": "application/json" } });
      if (answer.status === 401) this.on.out();
      if (answer.ok) return "kept";
      return answer.status >= 500 || answer.status === 429 ? "later" : "never";
    } catch {
      return "later";
    }
  }

  connect() {
    this.source?.close();
    clearTimeout(this.retry);
    const source = new EventSource(`/stream?after=${this.place}`);
    this.source = source;
    source.onopen = () => {
      this.wait = 1000;
      this.on.online(true);
    };
    source.onerror = () => this.broken(source);
    source.addEventListener("message", (event) => this.take(JSON.parse(event.data), false));
    source.addEventListener("typing", (event) => this.on.typing(JSON.parse(event.data).on));
    source.addEventListener("out", () => {
      source.close();
      this.on.out();
    });
  }

  // The browser tries again by itself after a cut, but not after an error page: then we do.
  broken(source) {
    this.on.typing(false);
    this.on.online(false);
    if (source.readyState !== EventSource.CLOSED || source !== this.source) return;
    this.retry = setTimeout(() => this.again(), this.wait);
    this.wait = Math.min(this.wait * 2, 15_000);
  }

  async again() {
    const answer = await fetch("/me").catch(() => null);
    if (answer?.status === 401) return this.on.out();
    this.connect();
  }

  take(message, old) {
    if (message.place <= this.place) return;
    this.place = message.place;
    this.on.message(message, old);
  }

  // A page that nobody looks at lets its connection go, for browsers allow only a few, and looks now and then.
  visibility() {
    clearTimeout(this.hide);
    clearInterval(this.look);
    if (!document.hidden) {
      if (this.source?.readyState !== EventSource.OPEN) this.connect();
      return;
    }
    this.hide = setTimeout(() => {
      this.source?.close();
      this.look = setInterval(() => this.peek(), HIDDEN_LOOK);
    }, HIDDEN_AFTER);
  }

  async peek() {
    const messages = await this.fetch(`/messages?after=${this.place}`).catch(() => []);
    messages.forEach((message) => this.take(message, false));
  }

  async fetch(path) {
    const answer = await fetch(path);
    if (answer.status === 401) this.on.out();
    return answer.ok ? answer.json() : [];
  }
}
