import type { Answer } from "../classifier.ts";
import type { createChart } from "./chart.ts";
import type { createPad } from "./pad.ts";

export interface PageParts {
  readonly createPad: typeof createPad;
  readonly createChart: typeof createChart;
}

/**
 * Brings the page to life. Runs in it, from its source text (see `page.ts`).
 *
 * @param ready resolves when `/predict` can be asked
 */
export function startPage({ createPad, createChart }: PageParts, ready?: Promise<void>): void {
  const BACKENDS: Readonly<Record<string, string>> = { webgpu: "WebGPU", wasm: "WebAssembly" };
  const TIMEOUT_MS = 20_000;
  const predictUrl = new URL(
    `${location.pathname.replace(/(index\.html)?\/?$/, "")}/predict`,
    location.href,
  );
  const element = (id: string) => document.getElementById(id) as HTMLElement;
  const problem = element("problem");
  const chart = createChart(element("digit"), element("certainty"), element("bars"));
  const pad = createPad(element("pad") as HTMLCanvasElement, () => void predict());
  let changed = false;
  let predicting = false;

  /** One request at a time, each with the newest drawing: as live as the server is fast, and never a queue. */
  async function predict(): Promise<void> {
    changed = true;
    if (predicting) return;
    predicting = true;
    while (changed) {
      changed = false;
      try {
        await ready;
        await predictOnce();
        problem.hidden = true;
      } catch (error) {
        chart.clear("");
        problem.textContent = error instanceof Error ? error.message : String(error);
        problem.hidden = false;
      }
    }
    predicting = false;
  }

  async function predictOnce(): Promise<void> {
    if (pad.empty) return chart.clear("Nothing drawn yet");
    const body = await pad.picture();
    const begun = performance.now();
    const answer = await ask(body);
    const took = performance.now() - begun;
    if (pad.empty) return;
    chart.show(answer.digit, answer.probabilities);
    element("backend").textContent = BACKENDS[answer.backend] ?? answer.backend;
    element("latency").textContent = `${took < 10 ? took.toFixed(1) : Math.round(took)} ms`;
  }

  async function ask(body: Blob): Promise<Answer> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(predictUrl, { method: "POST", body, signal }).catch(() => {
      throw new Error("No answer. Does the server still run?");
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as Answer;
    const { error } = (answer ?? {}) as { error?: { message?: string } };
    throw new Error(error?.message ?? `The server answered ${response.status}.`);
  }

  for (const button of document.querySelectorAll<HTMLElement>("[data-path]")) {
    button.addEventListener("click", () => pad.trace(button.dataset["path"] ?? ""));
  }
  element("clear").addEventListener("click", () => pad.clear());
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") pad.clear();
  });
  const address = document.getElementById("address");
  if (address) address.textContent = predictUrl.href;
  chart.clear("Starting the replicas …");
  void predict();
}
