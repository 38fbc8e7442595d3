/** `Platform.hold`, here. */
export type Hold = <T>(waiting: Promise<T>) => Promise<T>;

/** How soon a request that was taken along by another goes on by itself. */
const TICK_MS = 100;

/**
 * Waits for what another request brings about. workerd cancels a request that has nothing of its own under way, so a
 * timer runs meanwhile.
 *
 * workerd should also see to it that a request goes on by itself when another one settles its promise. Now and then it
 * does not, in code that V8 has optimised (seen in 1.20261117, after tens of thousands of waits): what follows then runs
 * as a part of the other request, and whatever it makes, as its own answer, fails with "Cannot perform I/O on behalf of
 * a different request". So it is looked at, and the request's own timer takes it back.
 *
 * @param each done from time to time meanwhile
 */
export function holdWhile(each: () => void): Hold {
  return async (waiting) => {
    const own = new Response(MARK);
    let ticked = Promise.withResolvers<void>();
    const tick = () => {
      each();
      ticked.resolve();
      ticked = Promise.withResolvers();
    };
    const timer = setInterval(tick, TICK_MS);
    try {
      return await waiting;
    } finally {
      while (!isOfThisRequest(own)) await ticked.promise;
      clearInterval(timer);
    }
  };
}

export const hold = holdWhile(() => {});

const MARK = "made by the request that waits";

/** A body can be used only by the request that it was made in: nothing else tells one from the other. */
function isOfThisRequest(response: Response): boolean {
  try {
    response.clone();
    return true;
  } catch {
    return false;
  }
}
