// The page: one connection, a log, a composer, and my day beside it.
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Day } from "./day.js";
import { Log } from "./log.js";

const get = (id) => document.getElementById(id);

async function start() {
  const answer = await fetch("/me");
  if (answer.status === 401) return location.reload();
  const me = await answer.json();
  const word = (key, values = {}) =>
    (me.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const log = new Log(me.language, word, (said) => connection.say(said));
  const day = new Day(word, (text) => connection.say({ text }));
  const connection = new Connection({
    message: (message, old) => {
      log.add(message, old);
      if (!old && message.who === "parley") arrived(day);
    },
    typing: (on) => log.typing(on),
    waiting: (said) => log.wait(said),
    failed: (id, again) => log.fail(id, again),
    online: (on) => (get("status").textContent = on ? "" : word("offline")),
    out: () => location.reload(),
  });
  const composer = new Composer(me, word, (said) => connection.say(said), () => log.mine());
  log.offer([1, 2, 3].map((n) => word(`try_${n}`)), (text) => composer.put(text));
  get("older").addEventListener("click", () => older(connection, log));
  await connection.start();
  log.settle();
  get("older").hidden = !connection.more;
  day.refresh();
  if (matchMedia("(pointer: fine)").matches) composer.focus();
}

let unseen = 0;

function arrived(day) {
  day.refresh();
  if (!document.hidden) return;
  unseen += 1;
  document.title = `(${unseen}) Parley`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = "Parley";
});

async function older(connection, log) {
  const messages = await connection.older();
  log.prepend(messages);
  get("older").hidden = !connection.more;
}

start();
