import type { Source } from "../replica/iteration.ts";

/** Items that a copy may be behind: who reads it slower gets no more, and the original waits for nobody. */
const MAX_BEHIND = 256;

/** A stream, and a copy of it that gets what the stream's own reader reads, when it reads it. */
export function overheard(source: Source): { readonly original: Source; readonly copy: Source } {
  const items: unknown[] = [];
  let over: { readonly error?: unknown } | undefined;
  let wake = () => {};
  let left = false;
  const hear = (item: unknown) => {
    if (left || over) return;
    if (items.length >= MAX_BEHIND) over = { error: new Error("the copy was read too slowly") };
    else items.push(structuredClone(item));
    wake();
  };
  const end = (how: { readonly error?: unknown }) => {
    over ??= how;
    wake();
  };
  const original: Source = {
    next: async () => {
      try {
        const step = await source.next();
        if (step.done) end({});
        else hear(step.value);
        return step;
      } catch (error) {
        end({ error });
        throw error;
      }
    },
    return: async (value) => {
      end({ error: new Error("the stream's reader has left") });
      return (await source.return?.(value)) ?? { done: true, value };
    },
  };
  const copy: Source = {
    next: async () => {
      while (items.length === 0) {
        if (over?.error) throw over.error;
        if (over) return { done: true, value: undefined };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return { done: false, value: items.shift() };
    },
    return: async (value) => {
      left = true;
      items.length = 0;
      return { done: true, value };
    },
  };
  return { original, copy };
}
