import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda } from "../src/agenda.ts";

describe("Agenda", () => {
  it("gives what is due, the earliest first, and nothing that was taken off", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean())),
        fc.integer({ min: 0, max: 50 }),
        (entries, now) => {
          const agenda = new Agenda<number>();
          const kept: number[] = [];
          for (const [at, takenOff] of entries) {
            const takeOff = agenda.add(at, at);
            if (takenOff) takeOff();
            else kept.push(at);
          }
          kept.sort((a, b) => a - b);
          expect(agenda.next).toBe(kept[0] ?? Number.POSITIVE_INFINITY);
          expect(agenda.takeDue(now)).toEqual(kept.filter((at) => at <= now));
          expect(agenda.next).toBe(kept.find((at) => at > now) ?? Number.POSITIVE_INFINITY);
        },
      ),
    );
  });
});
