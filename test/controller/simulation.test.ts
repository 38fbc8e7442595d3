import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkEnd } from "./simulated-end.ts";
import { type Event, events, happen, heal } from "./simulated-events.ts";
import { CPUS, Simulation } from "./simulation.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => vi.restoreAllMocks());

/** Long enough for the longest back-off, three checks and a drain, several times over. */
const LONG_MS = 120_000;

/** Checks what holds at any time, and remembers what it has seen. */
class Observer {
  /** Applications that were healthy once. */
  readonly proven = new Set<unknown>();
  readonly #seen = new Map<string, Seen>();
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  readonly look = (): void => {
    const { cpusTaken, names, replicas, clock, controller } = this.#simulation;
    expect(cpusTaken).toBeLessThanOrEqual(CPUS + 1e-9);
    expect(new Set(names).size).toBe(names.length);
    for (const { drains } of replicas) expect(drains).toBeLessThanOrEqual(1);
    for (const [name, { status, since, message }] of statuses(this.#simulation)) {
      expect(message).not.toBe("");
      const before = this.#seen.get(name);
      const changed = before && (status !== before.status || since !== before.since);
      if (changed) expect(since).toBeGreaterThanOrEqual(before.at);
      this.#seen.set(name, { status, since, at: clock.now() });
    }
    for (const name of Object.keys(controller.applications)) {
      const application = controller.get(name);
      if (application?.outcome === "done") this.proven.add(application);
    }
  };
}

interface Seen {
  readonly status: string;
  readonly since: number;
  readonly at: number;
}

function statuses({ controller }: Simulation) {
  return Object.entries(controller.applications).flatMap(([name, status]) => [
    [name, status] as const,
    ...Object.entries(status.deployments).map(([one, its]) => [`${name}/${one}`, its] as const),
  ]);
}

async function simulate(sequence: readonly Event[]) {
  const simulation = new Simulation();
  const { controller } = simulation;
  const observer = new Observer(simulation);
  const check = observer.look;
  // Another target capacity is nothing that could be undone.
  const rescaled = sequence.some(({ type }) => type === "capacity");
  const pending = new Set<Promise<void>>();
  for (const event of sequence) {
    const settling = happen(simulation, event, check);
    if (event.type === "pass") await settling;
    else {
      const settled = settling.then(
        () => {},
        () => {},
      );
      pending.add(settled);
      void settled.then(() => pending.delete(settled));
    }
    check();
  }
  heal(simulation);
  await simulation.pass(LONG_MS, 1_000, check);
  const ended = Object.entries(controller.applications).map(([name, status]) =>
    checkEnd(simulation, name, status, !rescaled && observer.proven.has(controller.get(name))),
  );
  if (ended.every(Boolean)) expect(pending.size).toBe(0);
  for (const name of Object.keys(controller.applications)) void controller.delete(name);
  await simulation.pass(10_000, 1_000);
  expect(Object.keys(controller.applications)).toEqual([]);
  expect(simulation.names).toEqual([]);
}

describe("a controller through any sequence of changes and faults", () => {
  it("ends with what should run, or says why not, and leaves nothing behind", {
    timeout: 300_000,
  }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(events, { minLength: 1, maxLength: 25 }), simulate), {
      numRuns: Number(process.env["RUNS"] ?? 150),
    });
  });
});
