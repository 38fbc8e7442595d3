import type { ResourceNeeds } from "./options.ts";

/** Amounts by name: `cpus`, `gpus`, `memoryMb` and the custom ones. */
export type Amounts = Readonly<Record<string, number>>;

/** What a host has. A resource that is not named here it has none of. */
export interface Capacity {
  readonly cpus: number;
  readonly gpus: number;
  readonly memoryMb: number;
  readonly custom: Amounts;
}

/** Fractions add up: 0.1 three times is not more than 0.3. */
const EPSILON = 1e-9;

/** Needs and capacities alike, as flat amounts. */
export function amounts({ custom = {}, ...own }: ResourceNeeds): Amounts {
  return { ...custom, ...own };
}

/** What a host has: what it was told, else what it found out itself. */
export function capacityOf(told: ResourceNeeds, found: Omit<Capacity, "custom">): Capacity {
  return { ...found, custom: {}, ...told };
}

/** How many more of these needs fit into what is free. */
export function roomFor(needs: Amounts, free: Amounts): number {
  const counts = Object.entries(needs)
    .filter(([, need]) => need > 0)
    .map(([name, need]) => Math.floor(((free[name] ?? 0) + EPSILON) / need));
  return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...counts));
}

export function fits(needs: Amounts, free: Amounts): boolean {
  return Object.entries(needs).every(([name, need]) => need <= (free[name] ?? 0) + EPSILON);
}

/** `1 gpus, 0.5 free`: of the resources that there is too little of. */
export function lacking(needs: Amounts, free: Amounts): string {
  const short = Object.entries(needs).filter(([name, need]) => !fits({ [name]: need }, free));
  return short
    .map(([name, need]) => `${round(need)} ${name}, ${round(free[name] ?? 0)} free`)
    .join(" and ");
}

export function scaled(needs: Amounts, factor: number): Amounts {
  return Object.fromEntries(Object.entries(needs).map(([name, need]) => [name, need * factor]));
}

export function total(all: readonly Amounts[]): Amounts {
  const sum: Record<string, number> = {};
  for (const [name, need] of all.flatMap((one) => Object.entries(one))) {
    sum[name] = (sum[name] ?? 0) + need;
  }
  return sum;
}

function round(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}
