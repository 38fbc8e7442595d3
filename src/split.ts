import {
  type Application,
  createApplication,
  isApplication,
  type SplitArm,
} from "./application.ts";
import { ServeError } from "./errors.ts";
import { DEPLOYMENT_NAME } from "./options-table.ts";
import { checkTrafficPlan } from "./traffic-plan.ts";

export interface SplitOptions<Arm extends string> {
  /** Unique in its application; `Split` by default. */
  name?: string;
  /** The share of the calls that each arm takes, 0 to 1; together 1. */
  weights: Readonly<Record<Arm, number>>;
  /**
   * Applications that get copies, each with the share of the calls that it gets a copy of. What they answer, how long
   * they take and whether they fail is in their metrics and nowhere else.
   */
  shadow?: Readonly<Record<string, readonly [Application<unknown>, number]>>;
}

/**
 * Divides calls between applications by weight; bindable like a deployment. Calls of one shard key
 * (`handle.options({ shardKey })`, the header `x-serve-shard-key`) always take the same arm. `serve.setTraffic`
 * changes weights while it runs.
 *
 * @throws ServeError `INVALID_OPTION` naming every bad field
 * @example
 * const digits = split({ stable: v1.bind(), canary: v2.bind() }, { weights: { stable: 0.9, canary: 0.1 } });
 * export default deployment(Api).bind(digits);
 */
export function split<T, Arm extends string>(
  arms: Readonly<Record<Arm, Application<T>>>,
  options: SplitOptions<Arm>,
): Application<T> {
  const { name = "Split", weights, shadow = {} } = options ?? {};
  const where = `split(${name})`;
  if (!DEPLOYMENT_NAME.test(name)) {
    const message = `${where}: option name must start with a letter and hold letters, digits, . _ $ -`;
    throw new ServeError("INVALID_OPTION", message);
  }
  const shadows = Object.entries(shadow).map(([arm, given]) => shadowArm(where, arm, given));
  const names = { arms: Object.keys(arms), shadows: shadows.map((one) => one.name) };
  const shares = Object.fromEntries(shadows.map((one) => [one.name, one.weight]));
  checkTrafficPlan(where, { weights, shadow: shares }, names);
  const taking = Object.entries<Application<T>>(arms).map(([arm, application]) => ({
    name: arm,
    application: checked(where, arm, application),
    weight: weights[arm as Arm] ?? 0,
  }));
  return createApplication<T>({ name, arms: taking, shadows });
}

function shadowArm(where: string, name: string, given: unknown): SplitArm {
  if (Array.isArray(given) && given.length === 2) {
    const [application, weight] = given as [unknown, number];
    return { name, application: checked(where, name, application), weight };
  }
  const message = `${where}: shadow.${name} must be [application, share], as in [v3.bind(), 0.5]`;
  throw new ServeError("INVALID_OPTION", message);
}

function checked(where: string, arm: string, application: unknown): Application<unknown> {
  if (isApplication(application)) return application;
  const message = `${where}: ${arm} must be an application: deployment(MyClass).bind()`;
  throw new ServeError("INVALID_OPTION", message);
}
