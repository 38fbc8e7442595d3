import { ServeError } from "../errors.ts";
import type { LiveAnswer, LiveCall } from "../http/live-answer.ts";
import { bytesOf, checkClose } from "./given.ts";
import type { ServerWebSocket, WebSocketHooks } from "./hooks.ts";
import { type Close, CloseCode, GOING_AWAY, isClose, type SocketData } from "./message.ts";
import { MessageQueue } from "./message-queue.ts";
import type { SocketOffer } from "./offer.ts";

/** What may wait for a client whom the user does not await; over it the socket is closed. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

type Hook = (hooks: WebSocketHooks, socket: ServerWebSocket) => unknown;

/** A client's WebSocket in the replica that answers it: runs the user's hooks. */
export class SocketSession implements LiveAnswer {
  /** What goes to the client. */
  readonly outgoing: MessageQueue;
  readonly #offer: SocketOffer;
  readonly #hooks: WebSocketHooks;
  readonly #socket: ServerWebSocket;
  #live: LiveCall | undefined;
  /** The hook that messages wait for. */
  #handling: Promise<void> = Promise.resolve();
  #room: PromiseWithResolvers<void> | undefined;
  #open = true;
  /** The replica is leaving. */
  #leaving = false;
  /** The client has left. */
  #left = false;
  /** Of a hook, for the log of whoever reads the messages. */
  #failure: { readonly error: unknown } | undefined;
  #ending: Promise<void> | undefined;

  constructor(offer: SocketOffer, hooks: WebSocketHooks, protocol: string) {
    this.#offer = offer;
    this.#hooks = hooks;
    this.outgoing = new MessageQueue({
      drained: () => this.#drained(),
      left: () => {
        this.#leave([CloseCode.Abnormal, ""]);
        return this.#ending;
      },
    });
    this.#socket = {
      protocol,
      send: (data) => this.#send(data),
      close: (code = CloseCode.Normal, reason = "") => {
        checkClose(code, reason);
        this.#close([code, reason]);
      },
    };
  }

  start(call: LiveCall): void {
    this.#live = call;
    call.cancellation.lift();
    // Before the calls that a hook waits for reject, which would look like its error.
    call.cancellation.whenOver(() => this.#leave([CloseCode.Abnormal, ""]));
    this.#handle((hooks, socket) => hooks.open?.(socket));
    void this.#read();
  }

  goAway(): void {
    this.#leaving = true;
    this.#offer.goAway();
  }

  async #read(): Promise<void> {
    while (this.#open) {
      const item = await this.#next();
      if (isClose(item)) return this.#leave(item);
      // One message ahead of the hooks, so that a close that follows is seen while the last one runs.
      await this.#handling;
      if (this.#leaving || item === GOING_AWAY)
        return this.#close([CloseCode.GoingAway, "going away"]);
      this.#handle((hooks, socket) => hooks.message?.(socket, item));
    }
  }

  /** A stream that ends or breaks without a close has lost its client. */
  async #next(): Promise<SocketData | Close | typeof GOING_AWAY> {
    const { done, value } = await this.#offer.next().catch(() => LOST);
    return done ? [CloseCode.Abnormal, ""] : (value as SocketData);
  }

  #handle(hook: Hook): void {
    if (!this.#open) return;
    this.#handling = this.#call(hook).catch((error) => this.#fail(error));
  }

  async #call(hook: Hook): Promise<void> {
    await this.#live?.run(() => hook(this.#hooks, this.#socket));
  }

  #send(data: Parameters<ServerWebSocket["send"]>[0]): Promise<void> {
    const item = typeof data === "string" ? data : bytesOf(data);
    if (!this.#open) return Promise.resolve();
    this.outgoing.push(item);
    if (this.outgoing.length === 0) return Promise.resolve();
    if (this.outgoing.bytes > MAX_WAITING_BYTES) {
      this.outgoing.clear();
      this.#close([CloseCode.PolicyViolation, "messages are read too slowly"]);
    }
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  #drained(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** This side closes it. */
  #close(close: Close): void {
    if (!this.#open) return;
    this.#open = false;
    this.outgoing.push(close);
    this.#ending = this.#end(close);
  }

  /** The client has closed it, or is gone: nobody waits for what still runs. */
  #leave(close: Close): void {
    if (!this.#open) return;
    this.#open = false;
    this.#left = true;
    const [code] = close;
    const reason = new ServeError("CANCELLED", `the client closed its WebSocket (${code})`);
    this.#live?.cancellation.cancel(reason);
    this.#ending = this.#end(close);
  }

  #fail(error: unknown): void {
    // That a hook breaks off when its client is gone is as it should be.
    if (this.#left) return;
    this.#failure ??= { error };
    this.#close([CloseCode.InternalError, ""]);
  }

  async #end([code, reason]: Close): Promise<void> {
    this.#drained();
    // Whoever closed it, perhaps the hook that runs, goes on first.
    await Promise.resolve();
    const last = this.#call((hooks, socket) => hooks.close?.(socket, code, reason));
    await last.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    await this.#handling;
    await this.#offer.return();
    if (!this.#failure) return this.outgoing.end();
    this.#live?.fail(this.#failure.error);
    this.outgoing.fail(this.#failure.error);
  }
}

const LOST: IteratorReturnResult<undefined> = { done: true, value: undefined };
