/** What a sink needs of a console. */
export type PlainConsole = Pick<Console, "debug" | "info" | "warn" | "error">;

let plain: PlainConsole = console;

/** The console as it was before it was captured: a line that was captured must not come back. */
export function plainConsole(): PlainConsole {
  return plain;
}

export function keepPlain(before: PlainConsole): void {
  plain = before;
}
