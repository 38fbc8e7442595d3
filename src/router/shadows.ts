import { Cancellation } from "../cancellation.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import { Kind, Parcel } from "../replica/parcel.ts";
import type { CallRequest } from "../replica/protocol.ts";
import type { RouterFor } from "./call-router.ts";
import { overheard } from "./overheard.ts";

/** Copies that may be under way at a time to one shadow: a slow one gets fewer copies, not a growing queue. */
const MAX_UNDER_WAY = 64;

/** A call that is copied. */
export interface Copied {
  /** The call as it is to be made now. */
  readonly request: CallRequest;
  /** Sends the copy. Settles as it does; a rejection that nobody listens to is nobody's concern. */
  readonly send: () => Promise<void>;
}

/** Sends copies of calls, whatever becomes of them: nobody waits for them, and nothing of them is shown. */
export class Shadows {
  readonly #routerFor: RouterFor;
  readonly #underWay = new Map<DeploymentKey, number>();

  constructor(routerFor: RouterFor) {
    this.#routerFor = routerFor;
  }

  /**
   * Copies a call before it is made, since what it moves is gone then. Streams among its arguments are copied as they
   * are read.
   *
   * @returns undefined where the shadow is behind, or the arguments can't be copied: the call itself will say so
   */
  copy(key: DeploymentKey, request: CallRequest): Copied | undefined {
    if ((this.#underWay.get(key) ?? 0) >= MAX_UNDER_WAY) return undefined;
    try {
      const pairs = request.args.map(copyOf);
      return {
        request: { ...request, args: pairs.map(({ original }) => original) },
        send: () => {
          const args = pairs.map(({ copy }) => copy);
          const sent = this.#send(key, { ...request, args, queued: undefined });
          sent.catch(() => {});
          return sent;
        },
      };
    } catch {
      return undefined;
    }
  }

  async #send(key: DeploymentKey, request: CallRequest): Promise<void> {
    const cancellation = new Cancellation();
    this.#count(key, 1);
    try {
      await discard(await this.#routerFor(key).call(request, cancellation));
    } catch (error) {
      cancellation.end(error);
      throw error;
    } finally {
      this.#count(key, -1);
    }
  }

  #count(key: DeploymentKey, change: 1 | -1): void {
    this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + change);
  }
}

function copyOf(value: unknown): { readonly original: unknown; readonly copy: unknown } {
  if (!(value instanceof Parcel)) return { original: value, copy: structuredClone(value) };
  const { kind, data, source, moved } = value;
  if (kind === Kind.Upgrade) throw new ServeError("NOT_CLONEABLE", "a client has one socket");
  if (!source) return { original: value, copy: new Parcel(kind, structuredClone(data)) };
  const heard = overheard(source);
  return {
    original: new Parcel(kind, data, heard.original, moved),
    copy: new Parcel(kind, structuredClone(data), heard.copy),
  };
}

/** Lets go of a result: a stream that nobody reads would hold its slot. */
async function discard(value: unknown): Promise<void> {
  if (value instanceof Response) return value.body?.cancel();
  if (value instanceof ReadableStream) return value.cancel();
  const iterator = (value as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator]?.();
  await iterator?.return?.();
}
