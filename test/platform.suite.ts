import { admission } from "./suite/admission.ts";
import { autoscaling } from "./suite/autoscaling.ts";
import { batches } from "./suite/batches.ts";
import { builders } from "./suite/builders.ts";
import { cancellation } from "./suite/cancellation.ts";
import type { Case } from "./suite/case.ts";
import { composition, methods } from "./suite/composition.ts";
import { deadlines } from "./suite/deadlines.ts";
import { death } from "./suite/death.ts";
import { errors } from "./suite/errors.ts";
import { flow } from "./suite/flow.ts";
import { health } from "./suite/health.ts";
import { httpAnswers } from "./suite/http-answers.ts";
import { httpRequests } from "./suite/http-requests.ts";
import { ownRoutes, prefixes } from "./suite/http-routing.ts";
import { life } from "./suite/life.ts";
import { logging } from "./suite/logging.ts";
import { metrics } from "./suite/metrics.ts";
import { multiplexing } from "./suite/multiplexing.ts";
import { priorities } from "./suite/priorities.ts";
import { requestContext } from "./suite/request-context.ts";
import { routers } from "./suite/routers.ts";
import { serverTiming } from "./suite/server-timing.ts";
import { sessions } from "./suite/sessions.ts";
import { severalApplications } from "./suite/several-applications.ts";
import { splits } from "./suite/splits.ts";
import { serverSentEvents } from "./suite/sse.ts";
import { streaming } from "./suite/streaming.ts";
import { tracing } from "./suite/tracing.ts";
import { updates } from "./suite/updates.ts";
import { upgrades } from "./suite/upgrades.ts";
import { values } from "./suite/values.ts";
import { websockets } from "./suite/websockets.ts";

export type { Case, SuiteHost } from "./suite/case.ts";
export type { AppName } from "./suite/trial.ts";

/**
 * What holds on every platform. The cases use nothing but Web globals and chai, so that they run where the
 * platform does: in Node, in workerd, in a page.
 */
export const cases: readonly Case[] = [
  ...composition,
  ...methods,
  ...builders,
  ...values,
  ...admission,
  ...autoscaling,
  ...streaming,
  ...cancellation,
  ...deadlines,
  ...priorities,
  ...errors,
  ...death,
  ...life,
  ...updates,
  ...upgrades,
  ...health,
  ...metrics,
  ...logging,
  ...tracing,
  ...splits,
  ...routers,
  ...sessions,
  ...multiplexing,
  ...batches,
  ...flow,
  ...httpAnswers,
  ...httpRequests,
  ...requestContext,
  ...serverTiming,
  ...prefixes,
  ...severalApplications,
  ...websockets,
  ...serverSentEvents,
  ...ownRoutes,
];
