"use strict";
const $ = (selector, within = document) => within.querySelector(selector);
const made = (tag, text = "", cls = "") => Object.assign(document.createElement(tag), { textContent: text, className: cls });
const shown = { slack: "", telegram: "" };

async function post(path, body) {
  const where = { person: $("#person").value, room: $("#room").value === "1" };
  await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...where, ...body }) });
  await look();
}

function key(platform, label, message) {
  const button = made("button", label);
  button.addEventListener("click", () => post("/press", { platform, label, message }));
  return button;
}

function run(element) {
  if (element.type === "link") return made("span", element.text);
  return made(element.style?.bold ? "b" : "span", element.text);
}

function part(piece) {
  if (piece.type === "rich_text_list") {
    const list = made("ul");
    for (const item of piece.elements) { const li = made("li"); li.append(...item.elements.map(run)); list.append(li); }
    return list;
  }
  const p = made(piece.type === "rich_text_preformatted" ? "pre" : "p");
  p.append(...piece.elements.map(run));
  return p;
}

function cell(content) {
  const td = made("td");
  if (content.type === "raw_text") td.textContent = content.text;
  else td.append(...content.elements.map(part));
  return td;
}

function block(one, message) {
  if (one.type === "rich_text") return one.elements.map(part);
  if (one.type === "context") return [made("p", one.elements.map((e) => e.text).join(" "), "small")];
  if (one.type === "section") return [made("p", one.text.text)];
  if (one.type === "table") {
    const table = made("table");
    for (const row of one.rows) { const tr = made("tr"); tr.append(...row.map(cell)); table.append(tr); }
    return [table];
  }
  if (one.type !== "actions") return [];
  const keys = made("div", "", "keys");
  keys.append(...one.elements.map((e) => key("slack", e.text.text, message.id)));
  return [keys];
}

const drawn = {
  slack(message) {
    const li = made("li");
    li.append(made("span", message.who, "who"));
    if (message.blocks) li.append(...message.blocks.flatMap((b) => block(b, message)));
    else li.append(made("span", message.text));
    return li;
  },
  telegram(message) {
    const li = made("li", "", message.mine ? "mine" : "");
    const bubble = made("div", "", "bubble");
    if (message.html) bubble.innerHTML = message.html;  // the fake takes only the few tags of the Bot API
    else bubble.textContent = message.text ?? message.caption ?? "📎";
    if (!message.mine && message.who !== "Parley") bubble.prepend(made("b", `${message.who}\n`));
    li.append(bubble);
    const markup = message.reply_markup ?? {};
    const keys = made("div", "", "keys");
    for (const row of markup.inline_keyboard ?? []) {
      const line = made("div", "", "row");
      line.append(...row.map((b) => key("telegram", b.text, message.id)));
      keys.append(line);
    }
    for (const row of markup.keyboard ?? []) for (const b of row) {
      const button = made("button", b.text ?? b);
      button.addEventListener("click", () => post("/say", { platform: "telegram", text: b.text ?? b }));
      keys.append(button);
    }
    li.append(keys);
    return li;
  },
};

async function look() {
  const query = new URLSearchParams({ person: $("#person").value, room: $("#room").value });
  const state = await (await fetch(`/state?${query}`)).json();
  const select = $("#person");
  if (select.options.length !== state.people.length) {
    select.replaceChildren(...state.people.map((name) => made("option", name)));
    select.value = state.person;
  }
  for (const platform of ["slack", "telegram"]) {
    const now = JSON.stringify(state[platform] ?? []);
    if (now === shown[platform]) continue;
    shown[platform] = now;
    const list = $(`#${platform} ol`);
    list.replaceChildren(...(state[platform] ?? []).map(drawn[platform]));
    list.scrollTop = list.scrollHeight;
  }
}

for (const platform of ["slack", "telegram"]) {
  $(`#${platform} form`).addEventListener("submit", (event) => {
    event.preventDefault();
    const field = $(`#${platform} input`);
    const text = field.value.trim();
    field.value = "";
    if (text) post("/say", { platform, text });
  });
}
$("#person").addEventListener("change", look);
$("#room").addEventListener("change", look);
setInterval(look, 700);
look();
