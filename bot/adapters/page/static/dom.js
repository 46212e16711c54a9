// Elements from plain data: text is only ever text.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export function spans(parts) {
  return parts.flatMap(([text, strong]) => (strong ? [make("strong", {}, ...linked(text))] : linked(text)));
}

const LINK = /(https?:\/\/[^\s<>"'，。；、）】」]+[^\s<>"'，。；、）】」.,;:!?)\]]|\/join\/[a-z2-7]{16}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/i;

// Addresses in a text as links; an invitation is shown whole, to be copied.
function linked(text) {
  return text.split(LINK).map((part, at) => {
    if (at % 2 === 0) return part;
    if (part.startsWith("/join/")) return make("a", { href: part, textContent: location.origin + part });
    if (part.includes("://")) return make("a", { href: part, textContent: part, target: "_blank", rel: "noopener noreferrer" });
    return make("a", { href: `mailto:${part}`, textContent: part });
  });
}

export function size(bytes, language) {
  const units = ["byte", "kilobyte", "megabyte"];
  const at = bytes < 1000 ? 0 : bytes < 1e6 ? 1 : 2;
  const options = { style: "unit", unit: units[at], unitDisplay: "short", maximumFractionDigits: at > 1 ? 1 : 0 };
  return new Intl.NumberFormat(language, options).format(bytes / 1000 ** at);
}
