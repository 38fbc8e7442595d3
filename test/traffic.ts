import { Agent, get } from "node:http";

/** An answer that should not have been. */
export interface Fault {
  readonly what: string;
  readonly text: string;
}

const PAUSE_MS = 10;

/**
 * Requests at a constant rate, whatever becomes of them, to a server that answers with a step and a replica. An answer
 * is at fault when it is none, or when its step or replica was over before it was asked for.
 */
export class Traffic {
  /** Requests that were answered as they should. */
  answered = 0;
  /** Requests that were lost with a replica that was killed. */
  lost = 0;
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #running = new Set<Sent>();
  readonly #gone = new Set<string>();
  #faults: Fault[] = [];
  #step = 0;
  #killing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, perSecond: number) {
    this.#url = url;
    const began = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      // As many as are due: a pause of this thread is made up for.
      const due = ((performance.now() - began) / 1000) * perSecond;
      for (; sent < due; sent += 1) this.#send();
    }, PAUSE_MS);
  }

  /** A change is done: answers of what was before are at fault from now on. */
  done(step: number, replicas: readonly string[], former: readonly string[]): void {
    this.#step = step;
    for (const replicaId of former) if (!replicas.includes(replicaId)) this.#gone.add(replicaId);
  }

  /** Kills a replica: those that run meanwhile may be lost with it. */
  async kill(work: () => Promise<void>): Promise<void> {
    for (const sent of this.#running) sent.atRisk = true;
    this.#killing = true;
    await work();
    this.#killing = false;
  }

  /** What was at fault since it was asked last. */
  async faults(): Promise<readonly Fault[]> {
    await this.#all();
    const faults = this.#faults;
    this.#faults = [];
    return faults;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#all();
    this.#agent.destroy();
  }

  async #all(): Promise<void> {
    await Promise.all([...this.#running].map(({ done }) => done));
  }

  #send(): void {
    const [step, gone] = [this.#step, new Set(this.#gone)];
    const sent: Sent = { atRisk: this.#killing, done: Promise.resolve() };
    this.#running.add(sent);
    sent.done = request(this.#url, this.#agent).then(({ status, text }) => {
      this.#running.delete(sent);
      const [of = "", replica = ""] = text.split(" ");
      if (sent.atRisk && status === 502 && text.includes("REPLICA_DIED")) this.lost += 1;
      else if (status !== 200) this.#faults.push({ what: String(status), text });
      else if (Number(of) < step) this.#faults.push({ what: `after step ${step}`, text });
      else if (gone.has(replica)) this.#faults.push({ what: "after its replica", text });
      else this.answered += 1;
    });
  }
}

/** A request that is not answered yet. */
interface Sent {
  /** A replica was killed since it was sent. */
  atRisk: boolean;
  done: Promise<void>;
}

/** Never rejects: what kept it from an answer is its text. */
function request(url: string, agent: Agent): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const failed = (error: Error) => resolve({ status: 0, text: error.message });
    get(url, { agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (more: string) => {
        text += more;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", failed);
    }).on("error", failed);
  });
}
