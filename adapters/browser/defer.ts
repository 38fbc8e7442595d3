const { port1, port2 } = new MessageChannel();
let due: (() => void)[] = [];

port1.onmessage = () => {
  const flushes = due;
  due = [];
  for (const flush of flushes) flush();
};

/** Runs at the end of this turn of the event loop, after all microtasks: browsers have no setImmediate. */
export function defer(flush: () => void): void {
  if (due.length === 0) port2.postMessage(0);
  due.push(flush);
}
