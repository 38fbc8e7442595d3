// Another copy of isoserve in this process must not take this one's marks for its own.
const COPY = crypto.randomUUID().slice(0, 8);
const MARK = new RegExp(`[?&](isoserve=${COPY}-\\d+)`, "g");
let marks = 0;

/** A mark tells the URLs of one import from those of any other, and from a module's plain URL. */
export function newMark(): string {
  marks += 1;
  return `isoserve=${COPY}-${marks}`;
}

export function marked(url: string, mark: string): string {
  const made = new URL(url);
  made.search += `${made.search ? "&" : "?"}${mark}`;
  return made.href;
}

export function markOf(url: string): string | undefined {
  return url.match(MARK)?.[0].slice(1);
}

/** For messages: the user knows nothing of marks. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARK, "");
}
