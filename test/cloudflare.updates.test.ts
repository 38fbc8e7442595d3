import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Counted } from "./fixtures/counting.ts";
import { Operator } from "./workerd/operator.ts";
import { type BareWorkerd, serveBare } from "./workerd/serve-bare.ts";

let workerd: BareWorkerd;
let operator: Operator;

beforeAll(async () => {
  workerd = await serveBare("controller.wrangler.json");
  operator = new Operator((path, init) => fetch(workerd.url + path, init));
  await operator.order({ unfit: false });
}, 60_000);
afterAll(() => workerd?.stop());

/** Requests a second, where the machine can. */
const RATE = 500;
/** More than this at a time would only queue. */
const MOST_AT_ONCE = 64;
const TURN_MS = 10;

interface Answer {
  readonly beganAt: number;
  readonly endedAt: number;
  readonly status: number;
  /** What a counter said; the text of an answer that is none. */
  readonly counted: Counted | undefined;
  readonly text: string;
}

/** Requests at a constant rate, over the isolates in turn. */
function load(isolates: readonly string[]) {
  const answers: Answer[] = [];
  const pending = new Set<Promise<void>>();
  let made = 0;
  const request = async (isolate: string) => {
    const beganAt = performance.now();
    const { status, text } = await operator.fetch("/?ms=1", isolate).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      (error: Error) => ({ status: 0, text: error.message }),
    );
    const endedAt = performance.now();
    const counted = status === 200 ? (JSON.parse(text) as Counted) : undefined;
    answers.push({ beganAt, endedAt, status, counted, text });
  };
  const began = performance.now();
  let due = 0;
  let last = began;
  const turn = () => {
    const now = performance.now();
    due = Math.min(due + ((now - last) * RATE) / 1000, MOST_AT_ONCE);
    last = now;
    for (; due >= 1 && pending.size < MOST_AT_ONCE; due -= 1) {
      made += 1;
      const one = request(isolates[made % isolates.length] as string);
      pending.add(one);
      void one.finally(() => pending.delete(one));
    }
  };
  const timer = setInterval(turn, TURN_MS);
  const stop = async () => {
    clearInterval(timer);
    await Promise.all(pending);
    return { answers, rate: Math.round((1000 * made) / (last - began)) };
  };
  return { stop };
}

/** What is certain from a time on. */
interface Fact {
  readonly from: number;
  readonly gone: ReadonlySet<string>;
  readonly greeting: string;
}

interface Kill {
  readonly from: number;
  readonly to: number;
}

/** Changes one after the other, with what each has made certain. */
async function change(counts: Counts, isolates: readonly string[]) {
  const facts: Fact[] = [];
  const kills: Kill[] = [];
  const seen = new Set<string>();
  let greeting = "hello";
  const note = async () => {
    await operator.settled();
    const ids = new Set(await operator.replicaIds("Counter"));
    for (const id of ids) seen.add(id);
    const gone = new Set([...seen].filter((id) => !ids.has(id)));
    facts.push({ from: performance.now(), gone, greeting });
  };
  const { replicas, rounds } = counts;
  await operator.patch("default", { Counter: { numReplicas: replicas, userConfig: { greeting } } });
  await note();
  const running = load(isolates);
  for (let round = 1; round <= rounds; round += 1) {
    await operator.patch("default", { Counter: { version: `${replicas}.${round}` } });
    await note();
    greeting = `greeting ${round}`;
    await operator.patch("default", { Counter: { userConfig: { greeting } } });
    await note();
    if (round % 5 < 2) {
      await operator.scale("Counter", round % 5 === 0 ? replicas + 1 : replicas);
      await note();
    }
    if (round % 5 > 2) {
      const [victim = ""] = await operator.replicaIds("Counter");
      const from = performance.now();
      await operator.kill(victim);
      kills.push({ from, to: performance.now() });
    }
  }
  await operator.patch("default", { Counter: { numReplicas: replicas } });
  await note();
  return { ...(await running.stop()), facts, kills };
}

interface Counts {
  readonly replicas: number;
  /** Each an update and a reconfigure; two of five a change of scale, two of five a kill. */
  readonly rounds: number;
}

/** What was certain when a request began, and its answer contradicts. */
function contradictions(answers: readonly Answer[], facts: readonly Fact[]): string[] {
  return answers.flatMap(({ beganAt, counted }) => {
    const at = facts.findLastIndex(({ from }) => from <= beganAt);
    const known = facts[at];
    if (!known || !counted) return [];
    const { replica, greeting } = counted;
    const later = facts.slice(at).map((fact) => fact.greeting);
    if (known.gone.has(replica)) return [`${replica} answers after its drain`];
    return later.includes(greeting) ? [] : [`${replica} greets with ${greeting}, not ${later[0]}`];
  });
}

describe("updates, changes of scale and kills under constant load", () => {
  it.each<Counts>([
    { replicas: 2, rounds: 50 },
    { replicas: 1, rounds: 50 },
  ])(
    "$replicas replicas: no request fails but those that run on a killed one",
    async (counts) => {
      const { answers, rate, facts, kills } = await change(counts, ["one", "two"]);
      const failed = answers.filter(({ status }) => status !== 200);
      const excused = failed.filter(({ status, beganAt, endedAt }) =>
        kills.some(({ from, to }) => status === 502 && beganAt <= to && endedAt >= from),
      );
      console.log(
        `${counts.replicas} replicas: ${answers.length} requests at ${rate}/s, ${kills.length} kills, ${failed.length} failed with them`,
      );
      expect(failed.filter((one) => !excused.includes(one))).toEqual([]);
      expect(contradictions(answers, facts)).toEqual([]);
      expect(kills).toHaveLength((2 * counts.rounds) / 5);
    },
    120_000,
  );
});
