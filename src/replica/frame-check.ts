import { type Frame, Op } from "./frames.ts";

/**
 * Whether what came is a frame whose numbers, names and lists can be worked with; errors and parcels in it are looked at
 * where they are opened. A peer of another version, or one with a broken thread, must not bring down who listens to it.
 */
export function isFrame(given: unknown): given is Frame {
  if (!Array.isArray(given)) return false;
  switch (given[0]) {
    case Op.Call:
      return isNumber(given[1]) && isCall(given);
    case Op.Cancel:
    case Op.Error:
    case Op.End:
    case Op.Fail:
    case Op.Stop:
    case Op.Item:
    case Op.Granted:
      return isNumber(given[1]);
    case Op.Slot:
      return isNumber(given[1]) && isQuantity(given[2]) && isQuantity(given[3]);
    case Op.Value:
      return isNumber(given[1]) && (given[3] === 0 || isSpecial(given[3]));
    case Op.Refused:
      return isNumber(given[1]) && (given[3] === 0 || isReturned(given[3]));
    case Op.Pull:
      return isNumber(given[1]) && isNumber(given[2]);
    case Op.Model:
      return typeof given[1] === "string";
    case Op.Waited:
      return isNumber(given[1]) && isQuantity(given[2]);
    case Op.Room:
      return isQuantity(given[1]);
    case Op.Release:
    case Op.Goodbye:
      return true;
    default:
      return false;
  }
}

/** The number of a call, a ticket or a stream; how many credits. */
function isNumber(given: unknown): boolean {
  return Number.isSafeInteger(given) && (given as number) > 0;
}

function isQuantity(given: unknown): boolean {
  return typeof given === "number" && !Number.isNaN(given);
}

function isCall(given: readonly unknown[]): boolean {
  const [, , method, args, specials, requestId, deadline, priority, flags] = given;
  if (typeof method !== "string" || typeof requestId !== "string") return false;
  if (!Array.isArray(args) || !areSpecials(specials)) return false;
  if (deadline !== undefined && !isQuantity(deadline)) return false;
  if (!isQuantity(priority) || typeof flags !== "number") return false;
  for (let at = 9; at < given.length; at += 1) {
    if (given[at] !== undefined && typeof given[at] !== "string") return false;
  }
  return true;
}

function areSpecials(given: unknown): boolean {
  if (given === 0) return true;
  return Array.isArray(given) && given.every((special) => special === 0 || isSpecial(special));
}

function isSpecial(given: unknown): boolean {
  if (!Array.isArray(given) || typeof given[0] !== "number") return false;
  return given[2] === 0 || isNumber(given[2]);
}

function isReturned(given: unknown): boolean {
  return Array.isArray(given) && Array.isArray(given[0]) && areSpecials(given[1]);
}
