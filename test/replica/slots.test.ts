import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SlotHolder, Slots } from "../../src/replica/slots.ts";

const holder = (): SlotHolder => ({ kept: 0 });
const at = (createdAt: number, priority = 0) => ({ priority, createdAt });

describe("Slots", () => {
  it("admits as many calls as the cap", () => {
    const slots = new Slots(2);
    const caller = holder();
    expect([1, 2, 3].map(() => slots.admit(caller, false))).toEqual([true, true, false]);
    slots.leave();
    expect(slots.admit(caller, false)).toBe(true);
  });

  it("keeps a freed slot for the oldest waiting call of all callers", () => {
    const slots = new Slots(1);
    const [a, b] = [holder(), holder()];
    slots.admit(a, false);
    const granted: string[] = [];
    slots.wait(b, at(20), () => granted.push("b at 20"));
    slots.wait(a, at(10), () => granted.push("a at 10"));
    slots.leave();
    expect(granted).toEqual(["a at 10"]);
    expect(slots.admit(b, false)).toBe(false);
    expect(slots.admit(b, true)).toBe(false);
    expect(slots.admit(a, true)).toBe(true);
    slots.leave();
    expect(granted).toEqual(["a at 10", "b at 20"]);
  });

  it("keeps a freed slot for the call of the highest priority, whoever made it", () => {
    const slots = new Slots(1);
    const [a, b] = [holder(), holder()];
    slots.admit(a, false);
    const granted: string[] = [];
    slots.wait(a, at(1), () => granted.push("a, old"));
    slots.wait(b, at(3, 1), () => granted.push("b, urgent"));
    slots.wait(a, at(2, -1), () => granted.push("a, idle"));
    for (const caller of [a, b, a]) {
      slots.leave();
      slots.admit(caller, true);
    }
    expect(granted).toEqual(["b, urgent", "a, old", "a, idle"]);
  });

  it("passes on a slot that is given back", () => {
    const slots = new Slots(1);
    const [a, b] = [holder(), holder()];
    slots.wait(a, at(1), () => {});
    let granted = false;
    slots.wait(b, at(2), () => {
      granted = true;
    });
    expect(granted).toBe(false);
    slots.giveBack(a);
    expect(granted).toBe(true);
    slots.giveBack(a);
    expect(slots.admit(b, true)).toBe(true);
  });

  it("gives others the slots of a caller that is gone, and its place in line", () => {
    const slots = new Slots(1);
    const [gone, next] = [holder(), holder()];
    slots.wait(gone, at(1), () => {});
    slots.wait(gone, at(2), () => expect.unreachable("it is gone"));
    let granted = false;
    slots.wait(next, at(3), () => {
      granted = true;
    });
    slots.forget(gone);
    expect(granted).toBe(true);
  });

  it("tells when nothing runs any more", async () => {
    const slots = new Slots(2);
    await slots.idle();
    slots.admit(holder(), false);
    let idle = false;
    const waiting = slots.idle().then(() => {
      idle = true;
    });
    await Promise.resolve();
    expect(idle).toBe(false);
    slots.leave();
    await waiting;
  });

  it("never runs more than the cap nor loses a slot, whatever happens", () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom("call", "leave", "wait", "giveBack", "forget"), fc.nat(2)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), steps, (cap, all) => {
        const slots = new Slots(cap);
        const holders = [holder(), holder(), holder()];
        for (const [time, [step, which]] of all.entries()) {
          const caller = holders[which] as SlotHolder;
          if (step === "call") slots.admit(caller, caller.kept > 0);
          else if (step === "leave" && slots.running > 0) slots.leave();
          else if (step === "wait") slots.wait(caller, at(time), () => {});
          else if (step === "giveBack") slots.giveBack(caller);
          else if (step === "forget") slots.forget(caller);
          const kept = holders.reduce((sum, one) => sum + one.kept, 0);
          expect(slots.running + kept).toBeLessThanOrEqual(cap);
        }
        while (slots.running > 0) slots.leave();
        for (const caller of holders) slots.forget(caller);
        for (let call = 0; call < cap; call += 1) {
          expect(slots.admit(holders[0] as SlotHolder, false)).toBe(true);
        }
      }),
    );
  });
});
