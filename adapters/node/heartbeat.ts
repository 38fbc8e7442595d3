import type { WebSocket } from "ws";

/** A client that gives no sign of life from one beat to the next but one is lost. */
const BEAT_MS = 30_000;

/** Finds clients that vanished without closing their connection: nothing else would tell, and each holds a call. */
export class Heartbeat {
  readonly #asked = new Map<WebSocket, boolean>();
  #timer: NodeJS.Timeout | undefined;

  add(socket: WebSocket): void {
    this.#asked.set(socket, false);
    const alive = () => this.alive(socket);
    socket.on("pong", alive).on("ping", alive).on("message", alive);
    socket.once("close", () => this.#remove(socket));
    this.#timer ??= setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  alive(socket: WebSocket): void {
    if (this.#asked.has(socket)) this.#asked.set(socket, false);
  }

  #beat(): void {
    for (const [socket, asked] of this.#asked) {
      // Nothing is read from one that is held back, so nothing can be heard.
      if (socket.isPaused) this.alive(socket);
      else if (asked) socket.terminate();
      else {
        this.#asked.set(socket, true);
        socket.ping();
      }
    }
  }

  #remove(socket: WebSocket): void {
    this.#asked.delete(socket);
    if (this.#asked.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
