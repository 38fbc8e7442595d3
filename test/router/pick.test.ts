import { describe, expect, it } from "vitest";
import { pick, type Waiting } from "../../src/router/pick.ts";
import { CallQueue } from "../../src/router/queue.ts";

interface Call extends Waiting {
  readonly id: string;
}

/** A queue of calls in this order; `urgent` ones before all others. */
function queueOf(...ids: readonly string[]): CallQueue<Call> {
  const queue = new CallQueue<Call>();
  ids.forEach((id, createdAt) => {
    queue.add({ id, priority: id.startsWith("urgent") ? 1 : 0, createdAt, passed: 0 });
  });
  return queue;
}

/** Something free that calls of this letter prefer, and all take. */
function prefer(letter: string) {
  const make = ({ id }: Call, own: boolean) => !own || id.startsWith(letter) || undefined;
  return { make, preferred: true, selective: false };
}

describe("pick", () => {
  it("takes the first call where none prefers anything", () => {
    const queue = queueOf("a", "b");
    const offer = { make: () => "a slot", preferred: false, selective: false };
    expect(pick(queue, offer)).toMatchObject({ call: { id: "a" }, gets: "a slot" });
    expect(queue.size).toBe(2);
  });

  it("asks nobody else when the first can't have it, unless others may", () => {
    const queue = queueOf("a", "b", "c");
    const make = ({ id }: Call) => (id === "c" ? id : undefined);
    expect(pick(queue, { make, preferred: false, selective: false })).toBeUndefined();
    expect(pick(queue, { make, preferred: false, selective: true })?.call.id).toBe("c");
  });

  it("takes the first of those that prefer what is free", () => {
    expect(pick(queueOf("a1", "b1", "b2"), prefer("b"))?.call.id).toBe("b1");
  });

  it("takes the first of all where nobody prefers it", () => {
    expect(pick(queueOf("a1", "a2"), prefer("b"))?.call.id).toBe("a1");
  });

  it("lets nothing go before what is more urgent", () => {
    expect(pick(queueOf("b1", "urgent a", "b2"), prefer("b"))?.call.id).toBe("urgent a");
  });

  it("looks only near the front", () => {
    const many = Array.from({ length: 64 }, (_, at) => `a${at}`);
    expect(pick(queueOf(...many, "b"), prefer("b"))?.call.id).toBe("a0");
    expect(pick(queueOf(...many.slice(1), "b"), prefer("b"))?.call.id).toBe("b");
  });

  it("lets a call be passed over only so often", () => {
    const queue = queueOf("a", "b");
    const first = queue.first as Call;
    for (let time = 0; time < 64; time += 1) {
      expect(pick(queue, prefer("b"))?.call.id).toBe("b");
    }
    expect(first.passed).toBe(64);
    expect(pick(queue, prefer("b"))?.call.id).toBe("a");
  });
});
