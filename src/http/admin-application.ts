import type { Json } from "../config/application-config.ts";
import { parseApplication, refuse } from "../config/parse-target.ts";
import type { DeclaredApplication } from "../controller/declarations.ts";
import { ServeError } from "../errors.ts";
import type { TrafficPlan } from "../traffic-plan.ts";
import type { AdminHost } from "./admin.ts";
import type { AdminRoutes, Params } from "./admin-router.ts";
import { patchApplication } from "./application-patch.ts";
import { etagOf, isConditional, preconditionAnswer, UNTAGGED } from "./etag.ts";
import { PATCH_TYPES, withJson } from "./json-body.ts";
import { isObject } from "./merge-patch.ts";

/** An application as it is declared; undefined where none is. */
type Declared = DeclaredApplication | undefined;

/** The routes of one application's configuration. Changes are accepted, 202: `/status` tells how they go. */
export function applicationRoutes(host: AdminHost): AdminRoutes {
  const { declarations } = host;
  const find = ({ name }: Params): Declared =>
    declarations.applications.find(({ config }) => config.name === name);
  const get = (params: Params) => find(params) ?? missing(host, params);

  return {
    "/applications/:name": {
      GET: (request, params) => {
        const found = get(params);
        return preconditionAnswer(request, tagged(found)) ?? answer(request, found, 200);
      },
      PUT: withJson((request, body, params: Params) => {
        const config = parseApplication(withName(body, params));
        const read = () => find(params);
        return change(request, read, async (found) => {
          const expected = isConditional(request) ? (found?.revision ?? 0) : undefined;
          return answer(request, await declarations.put(config, expected), 202);
        });
      }),
      PATCH: withJson((request, body, params: Params) => {
        const read = () => get(params);
        return change(request, read, async ({ config, revision }) => {
          const patched = parseApplication(withName(patchApplication(config, body), params));
          return answer(request, await declarations.put(patched, revision), 202);
        });
      }, PATCH_TYPES),
      DELETE: (request, params) => {
        const read = () => get(params);
        return change(request, read, async ({ config, revision }) => {
          await declarations.delete(config.name, isConditional(request) ? revision : undefined);
          return new Response(null, { status: 202 });
        });
      },
    },
    "/applications/:name/deployments/:deployment/scale": {
      POST: withJson(async (request, body, { name = "", deployment = "" }: Params) => {
        const numReplicas = replicasIn(body);
        const refused = preconditionAnswer(request, UNTAGGED);
        if (refused) return refused;
        await declarations.scale(name, deployment, numReplicas);
        return Response.json({ numReplicas }, { status: 202 });
      }),
    },
    "/applications/:name/splits/:split/traffic": {
      PUT: withJson(async (request, body, { name = "", split = "" }: Params) => {
        const refused = preconditionAnswer(request, UNTAGGED);
        if (refused) return refused;
        // Checked, to the last field, by the split that it is for.
        const plan = body as unknown as TrafficPlan;
        await declarations.setTraffic(name, split, plan);
        return Response.json(plan, { status: 202 });
      }),
    },
  };
}

/**
 * Makes a change to a state for which the preconditions hold. Where another change came between, they are looked at
 * again: a tag does not hold then, and a request without one is made on the newer state.
 */
async function change<Found extends Declared>(
  request: Request,
  read: () => Found,
  make: (found: Found) => Promise<Response>,
): Promise<Response> {
  for (;;) {
    const found = read();
    const refused = preconditionAnswer(request, tagged(found));
    if (refused) return refused;
    try {
      return await make(found);
    } catch (error) {
      const conflict = error instanceof ServeError && error.code === "CONFLICT";
      if (!conflict || read()?.revision === found?.revision) throw error;
    }
  }
}

function tagged(found: Declared) {
  return { exists: found !== undefined, etag: found && etagOf(found.revision) };
}

/** The configuration with its tag: of what was put too, as what was put may lack defaults (RFC 9110, 9.3.4). */
function answer(request: Request, { config, revision }: DeclaredApplication, status: number) {
  const headers = { etag: etagOf(revision), "content-location": new URL(request.url).pathname };
  return Response.json(config, { status, headers });
}

function missing(host: AdminHost, { name = "" }: Params): never {
  const runs = Object.hasOwn(host.status().applications, name);
  throw new ServeError(
    "NOT_FOUND",
    runs
      ? `the application ${name} was started by code, by serve.run: it has no configuration`
      : `no application ${name} is declared`,
  );
}

/** The address says which application is meant: a body that names another is a mistake. */
function withName(body: Json, { name = "" }: Params): Json {
  if (!isObject(body)) return body;
  const { name: given = name } = body;
  const message = `must be ${JSON.stringify(name)}, as in the address, or left out`;
  refuse(given === name ? [] : [{ path: ["name"], message }]);
  return { name, ...body };
}

function replicasIn(body: Json): number {
  const { numReplicas, ...others } = isObject(body) ? body : {};
  const problems = Object.keys(others).map((key) => ({
    path: [key],
    message: "is not known; known is numReplicas",
  }));
  if (!Number.isInteger(numReplicas)) {
    problems.push({ path: ["numReplicas"], message: "must be a whole number" });
  }
  refuse(problems);
  return numReplicas as number;
}
