/** Examples for the end of a command's help: what to type and what it does. */
export function examples(...lines: readonly (readonly [typed: string, does: string])[]): string {
  const explained = lines.filter(([, does]) => does !== "");
  const width = Math.max(0, ...explained.map(([typed]) => typed.length));
  const shown = lines.map(([typed, does]) => `  ${typed.padEnd(width)}  ${does}`.trimEnd());
  return ["", "Examples:", ...shown].join("\n");
}
