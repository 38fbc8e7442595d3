/** A 32-bit hash of a text, evenly spread: MurmurHash3 (Appleby, public domain) over UTF-16 units. */
export function hash32(text: string, seed = 0): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    let unit = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    unit = (unit << 15) | (unit >>> 17);
    hash ^= Math.imul(unit, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  return mix32(hash ^ text.length);
}

/** Spreads a 32-bit number evenly, each to another one. */
export function mix32(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The same as a number in (0, 1). */
export function unitHash(text: string, seed = 0): number {
  return (hash32(text, seed) + 0.5) / 2 ** 32;
}
