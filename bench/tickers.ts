import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What the server means to leave between two chunks. */
const TICK_MS = 50;
/** Connections that are opened at once: more than a server accepts in a turn have to be made again, seconds later. */
const WAVE = 100;
/** For all streams to begin. */
const SETTLE_MS = 1_000;

/**
 * Opens many streams of ticks and notes how far from when it was due each chunk comes: p99 of all.
 *
 * @throws Error when a stream brought nothing
 */
export async function tickers(port: number, path: string, count: number, seconds: number) {
  const late: number[] = [];
  let counting = false;
  const silent = new Set<Socket>();
  const open = async () => {
    const socket = connect(port, "127.0.0.1");
    let last = 0;
    silent.add(socket);
    socket.on("data", () => {
      const now = performance.now();
      if (counting) {
        late.push(Math.abs(now - last - TICK_MS));
        silent.delete(socket);
      }
      last = now;
    });
    await once(socket, "connect");
    socket.write(`GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`);
    return socket;
  };
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const wave = Math.min(WAVE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: wave }, open))));
  }
  await sleep(SETTLE_MS);
  counting = true;
  await sleep(seconds * 1000);
  counting = false;
  for (const socket of sockets) socket.destroy();
  if (silent.size > 0) throw new Error(`${silent.size} of ${count} streams of ${path} were silent`);
  late.sort((a, b) => a - b);
  return { jitterMs: late[Math.floor(0.99 * (late.length - 1))] as number };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
