import {
  type ApplicationAutoscalingPolicy,
  type AutoscalingContext,
  checkedWish,
  type Wish,
} from "../autoscale/policy.ts";
import { messageOf } from "../errors.ts";

/** One autoscaled deployment of an application. */
interface Member {
  readonly context: () => AutoscalingContext;
  /** Has it ask again. */
  readonly ask: () => void;
}

type Answer = { readonly counts: Readonly<Record<string, number>> } | { readonly problem: string };

/** Answers hold so long: what one deployment asks may have the others ask, and so on. */
const FRESH_MS = 100;

/** Scales all deployments of an application together, where it was given a policy that does. */
export class ApplicationScaling {
  policy: ApplicationAutoscalingPolicy | undefined;
  readonly #members = new Map<string, Member>();
  #answer: Answer = { counts: {} };
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** Returns what takes it out again. */
  join(deployment: string, member: Member): () => void {
    this.#members.set(deployment, member);
    return () => {
      if (this.#members.get(deployment) === member) this.#members.delete(deployment);
    };
  }

  /** What the policy wants of a deployment; undefined where the application has none. */
  wish(context: AutoscalingContext): Wish | undefined {
    const { policy } = this;
    const { deployment } = context;
    if (!policy) return undefined;
    if (context.now >= this.#answeredAt + FRESH_MS) this.#ask(policy, context);
    if ("problem" in this.#answer) return this.#answer;
    const { counts } = this.#answer;
    if (!Object.hasOwn(counts, deployment)) return { desired: context.targetReplicas };
    return checkedWish(counts[deployment]);
  }

  /** Milliseconds until a deployment that was told what another one had asked may ask itself. */
  askAgainMs(now: number): number {
    const told = this.policy !== undefined && this.#answeredAt < now;
    return told ? this.#answeredAt + FRESH_MS - now : Number.POSITIVE_INFINITY;
  }

  #ask(policy: ApplicationAutoscalingPolicy, context: AutoscalingContext): void {
    const { deployment } = context;
    const others = [...this.#members].filter(([name]) => name !== deployment);
    const contexts = others.map(([name, member]) => [name, member.context()] as const);
    this.#answeredAt = context.now;
    this.#answer = answerOf(policy, { ...Object.fromEntries(contexts), [deployment]: context });
    if ("problem" in this.#answer) return;
    const { counts } = this.#answer;
    // What rests would not hear of what another one's load means for it.
    for (const [name, { targetReplicas, minReplicas, maxReplicas }] of contexts) {
      const wanted = Math.min(Math.max(counts[name] ?? targetReplicas, minReplicas), maxReplicas);
      if (wanted !== targetReplicas) this.#members.get(name)?.ask();
    }
  }
}

function answerOf(
  policy: ApplicationAutoscalingPolicy,
  contexts: Readonly<Record<string, AutoscalingContext>>,
): Answer {
  try {
    const counts: unknown = policy(contexts);
    if (typeof counts === "object" && counts !== null && !(counts instanceof Promise)) {
      return { counts: counts as Readonly<Record<string, number>> };
    }
    return {
      problem: `the application's policy must return counts by deployment, got ${String(counts)}`,
    };
  } catch (error) {
    return { problem: `the application's policy threw: ${messageOf(error)}` };
  }
}
