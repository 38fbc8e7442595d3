import type { Command } from "commander";
import type { ResourceNeeds } from "../../../src/options.ts";
import { amount, namedAmount } from "./flag-values.ts";

/** Flags of what replicas can reserve. */
export interface ResourceFlags {
  readonly cpus?: number;
  readonly gpus?: number;
  readonly memoryMb?: number;
  readonly resource: Readonly<Record<string, number>>;
}

export function withResourceOptions(command: Command): Command {
  return command
    .option("--cpus <n>", "processor cores that replicas can reserve (default: all)", amount)
    .option("--gpus <n>", "graphics processors that replicas can reserve (default: none)", amount)
    .option("--memory-mb <n>", "memory that replicas can reserve (default: all)", amount)
    .option("--resource <NAME=N>", "another resource; may be repeated", namedAmount, {});
}

export function resourcesOf({ cpus, gpus, memoryMb, resource }: ResourceFlags): ResourceNeeds {
  return {
    ...(cpus !== undefined && { cpus }),
    ...(gpus !== undefined && { gpus }),
    ...(memoryMb !== undefined && { memoryMb }),
    custom: resource,
  };
}
