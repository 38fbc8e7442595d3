import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What the server means to leave between two chunks. */
const TICK_MS = 50;
/** Connections that are opened at once: more than a server accepts in a turn have to be made again, seconds later. */
const WAVE = 100;
/** Between the beginning of the last stream and what counts. */
const SETTLE_MS = 500;

/** Opens many streams of ticks and notes how far from when it was due each chunk comes: p99 of all. */
export async function tickers(port: number, path: string, count: number, seconds: number) {
  const late: number[] = [];
  let counting = false;
  const open = async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`);
    await once(socket, "data");
    let last = performance.now();
    socket.on("data", () => {
      const now = performance.now();
      if (counting) late.push(Math.abs(now - last - TICK_MS));
      last = now;
    });
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
  late.sort((a, b) => a - b);
  return { jitterMs: late[Math.floor(0.99 * (late.length - 1))] as number };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
