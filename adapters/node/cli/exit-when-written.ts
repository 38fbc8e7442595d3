/** Ends the process: timers and sockets that a user's module left behind would keep it. Output goes out first. */
export function exitWhenWritten(code: number): void {
  process.stdout.write("", () => process.exit(code));
}
