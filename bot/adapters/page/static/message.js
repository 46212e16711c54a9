// One message as an element.
import { make, size, spans } from "./dom.js";

const NUMBER = /^[-+(]?[\p{Sc}\s]*[\d.,]+\s?[%kKmM万萬亿億]?\)?$/u;
const LONG = 30;
const POINT = /^(·|\d+\.) /;

export function saidBody(message, word, language) {
  const body = make("div", { className: "body" });
  if (message.text) body.append(make("span", { className: "words", textContent: message.text }));
  for (const file of message.files ?? []) body.append(fileLink(file, word, language));
  return body;
}

export function answerBody(message, word, language) {
  const body = make("div", { className: "body" }, make("p", { className: "headline" }, ...spans(message.headline)));
  for (const line of message.lines) body.append(lineOf(line));
  if (message.fields.length) body.append(fieldList(message.fields));
  for (const token of message.pictures) body.append(picture(token, message.headline.map(([text]) => text).join("")));
  if (message.table) body.append(tableOf(message.table));
  for (const line of message.after) body.append(make("p", { className: "line after" }, ...spans(line)));
  for (const file of message.files) body.append(fileLink(file, word, language));
  if (message.lines.length + message.fields.length > LONG) {
    body.classList.add("long");
    body.tabIndex = 0;
  }
  return body;
}

// What follows a point or a number stays beside it when it wraps.
function lineOf(parts) {
  const [[text, strong] = [""], ...rest] = parts;
  const point = text.match(POINT)?.[0];
  if (!point) return make("p", { className: "line" }, ...spans(parts));
  const mark = make("span", { className: "mark", textContent: point });
  const line = make("p", { className: "line point" }, mark, ...spans([[text.slice(point.length), strong], ...rest]));
  line.style.setProperty("--mark", `${point.length - 1}ch`);
  return line;
}

function fieldList(fields) {
  return make(
    "dl",
    {},
    ...fields.map(([lead, value]) =>
      make("div", {}, lead ? make("dt", { textContent: lead }) : null, make("dd", {}, ...spans(value))),
    ),
  );
}

function tableOf({ columns, rows }) {
  const numeric = columns.map((_, at) => rows.every((row) => NUMBER.test(row[at] ?? "")));
  const cell = (name, text, at) => make(name, { textContent: text, className: numeric[at] ? "number" : "" });
  const head = make("tr", {}, ...columns.map((text, at) => cell("th", text, at)));
  head.querySelectorAll("th").forEach((th) => (th.scope = "col"));
  const body = rows.map((row) => make("tr", {}, ...row.map((text, at) => cell("td", text, at))));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
  return make("div", { className: "table", tabIndex: 0, role: "region", "aria-label": columns.join(", ") }, table);
}

// What it shows stands in words beside it.
function picture(token, alt) {
  return make("div", { className: "picture" }, make("img", { src: `/files/${token}`, alt }));
}

function fileLink(file, word, language) {
  const href = `/files/${file.token}`;
  const label = word("download", { name: file.name });
  if (file.picture) {
    const image = make("img", { src: href, alt: file.name, loading: "lazy" });
    return make("a", { className: "picture", href, download: file.name, "aria-label": label }, image);
  }
  const name = make("span", { textContent: file.name });
  return make("a", { className: "file", href, download: file.name, "aria-label": label }, name, make("small", { textContent: size(file.size, language) }));
}

export function buttonRow(message, press, word) {
  const row = make("div", { className: "buttons" });
  for (const { label, token, used } of message.buttons) {
    const button = make("button", { type: "button", textContent: label });
    button.dataset.token = token;
    if (used) markUsed(button, false, word);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") || button.classList.contains("pressing")) return;
      button.classList.add("pressing");
      press(token, label);
    });
    row.append(button);
  }
  return row;
}

// `pressed` is the one of a question's buttons that answered it.
export function markUsed(button, pressed, word) {
  button.classList.toggle("pressed", pressed);
  button.setAttribute("aria-disabled", "true");
  if (pressed) button.setAttribute("aria-label", `${button.textContent}, ${word("used")}`);
}
