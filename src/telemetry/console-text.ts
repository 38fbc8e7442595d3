import { isError } from "./log-line.ts";

/** The arguments of `console.log` as one text. */
export type ConsoleText = (args: readonly unknown[]) => string;

const PLACEHOLDER = /%[sdifjoOc%]/g;

/** As browsers write it, without the tree of an object's parts: for platforms that have nothing for it. */
export const plainText: ConsoleText = (args) => {
  const [first, ...rest] = args;
  if (typeof first !== "string") return args.map(textOf).join(" ");
  let at = 0;
  const filled = first.replace(PLACEHOLDER, (found) => {
    if (found === "%%") return "%";
    if (at >= rest.length) return found;
    const value = rest[at++];
    return found === "%c" ? "" : filledWith(found, value);
  });
  return [filled, ...rest.slice(at).map(textOf)].join(" ");
};

function filledWith(placeholder: string, value: unknown): string {
  switch (placeholder) {
    case "%d":
      return String(Number(value));
    case "%i":
      return String(Math.trunc(Number(value)));
    case "%f":
      return String(Number.parseFloat(String(value)));
    default:
      return textOf(value);
  }
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (isError(value)) return value.stack ?? `${value.name}: ${value.message}`;
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
