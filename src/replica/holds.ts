/** Does a value hold a transferable, at most a few levels down? */
export function holds(value: unknown, item: Transferable, depth = 0): boolean {
  if (value === item || (ArrayBuffer.isView(value) && value.buffer === item)) return true;
  if (typeof value !== "object" || value === null || depth > 6) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false;
  return Object.values(value).some((inner) => holds(inner, item, depth + 1));
}
