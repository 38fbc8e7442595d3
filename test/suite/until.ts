/** Resolves once a condition holds. It is asked with pauses: replicas that start need the time. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause();
}

/** Short, for what is done again and again. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
