import { styleText } from "node:util";

const COLOURS = {
  RUNNING: "green",
  HEALTHY: "green",
  UNHEALTHY: "red",
  DEPLOY_FAILED: "red",
  DEPLOYING: "yellow",
  UPDATING: "yellow",
  UPSCALING: "yellow",
  DOWNSCALING: "yellow",
} as const;

/** A line of a status table as a terminal shows it. */
export function coloured(line: string): string {
  return line.replace(/ ([A-Z_]{2,}) /, (all, word: string) => {
    const colour = COLOURS[word as keyof typeof COLOURS];
    return colour ? ` ${styleText(colour, word)} ` : all;
  });
}
