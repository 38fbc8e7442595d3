import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type Running, start } from "./cli/command.ts";
import { freshFile } from "./fixtures/fresh-file.ts";

/** `npm run soak` kills a hundred times. */
const KILLS = process.env["ISOSERVE_SOAK"] ? 100 : 20;
const SERVER = /requests at (\S+), admin API at (\S+)/;
const app = fileURLToPath(new URL("fixtures/recovered.ts", import.meta.url));

interface Server extends Running {
  readonly url: string;
  readonly admin: string;
}

async function serverWith(state: string): Promise<Server> {
  const ports = ["--port", "0", "--admin-port", "0"];
  const running = start(["start", "--state", state, ...ports]);
  const [, url = "", admin = ""] = await running.printed(SERVER);
  return { ...running, url, admin };
}

/** Two applications that each change declares alike. */
function target(step: number) {
  const deployments = [{ name: "Recovered", isolation: "inline", userConfig: { step } }];
  const application = (name: string) => ({
    name,
    routePrefix: `/${name}`,
    importPath: app,
    deployments,
  });
  return { applications: [application("left"), application("right")] };
}

async function put(admin: string, step: number): Promise<void> {
  const response = await fetch(`${admin}/api/serve/applications`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(target(step)),
  });
  if (response.status !== 202) throw new Error(await response.text());
}

/** Changes the target, one step after the other, until the server is gone. Returns the last step that was confirmed. */
async function changing(admin: string, from: number, confirmed: (step: number) => void) {
  for (let step = from; ; step += 1) {
    try {
      await put(admin, step);
    } catch {
      return;
    }
    confirmed(step);
  }
}

async function declaredSteps(admin: string): Promise<number[]> {
  const response = await fetch(`${admin}/api/serve/config`);
  const { applications } = (await response.json()) as ReturnType<typeof target>;
  return applications.map(({ deployments: [deployment] }) => deployment?.userConfig.step ?? -1);
}

it(
  `is after each of ${KILLS} kills what it was before a change or after it`,
  async () => {
    const state = freshFile();
    let last = 0;
    let server = await serverWith(state);
    await put(server.admin, last);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const changes = changing(server.admin, last + 1, (step) => {
        last = step;
      });
      // A random moment is what this is about.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      server.process.kill("SIGKILL");
      await Promise.all([server.ended, changes]);
      server = await serverWith(state);
      const steps = await declaredSteps(server.admin);
      expect(steps).toHaveLength(2);
      expect(steps[1]).toBe(steps[0]);
      // The one under way may have been saved and not confirmed.
      expect([last, last + 1]).toContain(steps[0]);
      last = steps[0] as number;
    }
    for (const name of ["left", "right"]) {
      await expect
        .poll(async () => (await fetch(`${server.url}/${name}`)).text(), { timeout: 10_000 })
        .toBe(`step ${last}`);
    }
    server.process.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
  },
  KILLS * 5_000,
);
