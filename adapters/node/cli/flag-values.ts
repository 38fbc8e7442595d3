import { InvalidArgumentError } from "commander";
import type { DeploymentConfig } from "../../../src/config/application-config.ts";
import { ROUTE_PREFIX, ROUTE_PREFIX_RULE } from "../../../src/http/route-prefix.ts";

export function port(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number <= 65_535) return number;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

export function applicationName(value: string): string {
  if (/^[\w.-]+$/.test(value)) return value;
  throw new InvalidArgumentError("A name has letters, digits, . _ - only.");
}

export function routePrefix(value: string): string {
  if (ROUTE_PREFIX.test(value)) return value;
  throw new InvalidArgumentError(`It ${ROUTE_PREFIX_RULE}.`);
}

export function replicas(
  value: string,
  before: readonly DeploymentConfig[] = [],
): DeploymentConfig[] {
  const [, name, count] = /^(.+)=(\d+)$/.exec(value) ?? [];
  if (name === undefined || Number(count) < 1) {
    throw new InvalidArgumentError("It takes NAME=N with N at least 1, as in Classifier=4.");
  }
  return [...before.filter((one) => one.name !== name), { name, numReplicas: Number(count) }];
}

export function amount(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError("An amount is a number of at least 0.");
}

export function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError("It is a number of seconds over 0, a day at most.");
}

export function namedAmount(
  value: string,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  const [, name, given] = /^([^=]+)=(.+)$/.exec(value) ?? [];
  if (name === undefined) throw new InvalidArgumentError("It takes NAME=AMOUNT, as in camera=2.");
  return { ...before, [name]: amount(given as string) };
}
