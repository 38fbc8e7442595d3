import type { ApplicationConfig, TargetConfig } from "../config/application-config.ts";
import { parseTarget } from "../config/parse-target.ts";
import type { Declarations } from "../controller/declarations.ts";
import { hostLogger } from "../telemetry/host-logger.ts";
import type { AdminHost } from "./admin.ts";
import type { AdminRoutes } from "./admin-router.ts";
import { etagOf, preconditionAnswer, UNTAGGED } from "./etag.ts";
import { restartNeeded } from "./http-options-change.ts";
import { refuseOther, withJson } from "./json-body.ts";
import { shownStatuses } from "./shown-status.ts";

/** The routes of all that is declared and runs. Changes are accepted, 202: `/status` tells how they go. */
export function targetRoutes(host: AdminHost): AdminRoutes {
  const { declarations } = host;
  return {
    "/applications": {
      GET: () => Response.json(overview(host)),
      PUT: withJson(async (request, body) => {
        const { httpOptions, logging, ...target } = parseTarget(body);
        const refused =
          preconditionAnswer(request, UNTAGGED) ?? restartNeeded({ httpOptions, logging }, host);
        if (refused) return refused;
        await declarations.replace(target);
        return Response.json(declaredTarget(declarations), { status: 202 });
      }),
      DELETE: async (request) => {
        const refused = preconditionAnswer(request, UNTAGGED);
        if (refused) return refused;
        await declarations.replace({ applications: [] });
        return new Response(null, { status: 202 });
      },
    },
    "/config": { GET: () => Response.json(declaredTarget(declarations)) },
    "/status": { GET: () => Response.json({ ...host.status(), applications: statuses(host) }) },
    "/metrics": { GET: async () => Response.json(await host.metrics()) },
    "/shutdown": {
      POST: (request) => {
        const refused = refuseOther(request);
        if (refused) return refused;
        host
          .shutdown()
          .catch((error) => hostLogger().error("admin API: shutdown failed", { error }));
        return new Response(null, { status: 202 });
      },
    },
  };
}

function statuses(host: AdminHost) {
  return shownStatuses(host.status().applications);
}

/** As `PUT` takes it. */
function declaredTarget({ targetCapacity, applications }: Declarations): TargetConfig {
  return {
    ...(targetCapacity !== undefined && { targetCapacity }),
    applications: applications.map(({ config }) => config),
  };
}

/** Each application with its status, its configuration, null for one that code started, and the tag of that. */
function overview(host: AdminHost) {
  const { targetCapacity = null, applications } = host.declarations;
  const declared = new Map(applications.map((one) => [one.config.name, one]));
  const running = new Map(Object.entries(statuses(host)));
  const names = new Set([...declared.keys(), ...running.keys()]);
  const shown = [...names].map((name) => {
    const { config = null, revision } = declared.get(name) ?? {};
    const etag = revision === undefined ? null : etagOf(revision);
    return [name, { ...(running.get(name) ?? notStarted(config)), config, etag }] as const;
  });
  return { targetCapacity, applications: Object.fromEntries(shown) };
}

/** Declared and not acted on yet. */
function notStarted(config: ApplicationConfig | null) {
  const { routePrefix = "/" } = config ?? {};
  const message = "it is to start";
  return { status: "NOT_STARTED", message, routePrefix, ingress: "", deployments: {} };
}
