/** Where the path of an absolute URL starts, found without the 0.3 µs of `new URL` on every request. */
function pathStart(url: string): number {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  return start < 0 ? url.length : start;
}

export function pathOf(url: string): string {
  let end = url.length;
  const start = pathStart(url);
  for (let at = start; at < end; at += 1) {
    const code = url.charCodeAt(at);
    if (code === QUESTION_MARK || code === HASH) end = at;
  }
  return start === end ? "/" : url.slice(start, end);
}

const QUESTION_MARK = 63;
const HASH = 35;

/** `/digits/predict?x` becomes `/predict?x`. */
export function stripPrefix(url: string, prefix: string): string {
  if (prefix === "/") return url;
  const start = pathStart(url);
  const rest = url.slice(start + prefix.length);
  return `${url.slice(0, start)}${rest.startsWith("/") ? "" : "/"}${rest}`;
}
