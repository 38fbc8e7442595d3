/** What one contender showed in one round, by the name of the figure. */
export type Sample<Figure extends string> = Readonly<Record<Figure, number>>;

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

type Samples<Name extends string, Figure extends string> = Record<Name, Sample<Figure>[]>;

/**
 * Measures contenders in turn, after one round that only warms them up. A machine that is busier for a while is
 * so for all of them, and each round starts with another one, so none always comes after the same.
 */
export async function interleave<Name extends string, Figure extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<Sample<Figure>>>>,
): Promise<Samples<Name, Figure>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Samples<
    Name,
    Figure
  >;
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const sample = await contenders[name]();
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}

/** CPU time so far, in microseconds: of this thread, and of the whole process. */
export interface CpuTime {
  readonly thread: number;
  readonly process: number;
}

export function cpuTime(): CpuTime {
  const sum = ({ user, system }: NodeJS.CpuUsage) => user + system;
  return { thread: sum(process.threadCpuUsage()), process: sum(process.cpuUsage()) };
}

/** CPU time of each of `count` requests between two readings. */
export function cpuEach(before: CpuTime, after: CpuTime, count: number) {
  return {
    threadUs: (after.thread - before.thread) / count,
    processUs: (after.process - before.process) / count,
  };
}
