import { Command, InvalidArgumentError } from "commander";
import { examples } from "./examples.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";

type Shares = Readonly<Record<string, number>>;

interface TrafficFlags extends ServerFlags {
  readonly shadow?: Shares;
}

const EXAMPLES = examples(
  ["isoserve traffic digits/Split stable=0.9 canary=0.1", "a tenth of the calls for the canary"],
  ["isoserve traffic digits/Split stable=1 --shadow next=0.5", "copies of half the calls for next"],
);

/** `isoserve traffic`. */
export function trafficCommand(): Command {
  const command = new Command("traffic")
    .summary("divide the calls of a split anew")
    .description(
      "Divides the calls of a split between its arms, at once. Shares are numbers from 0 to 1 and add up to 1; an arm that is not named gets nothing. Without --shadow the shadows stay as they are.",
    )
    .argument("<app/split>", "as isoserve status --json shows them", splitName)
    .argument("<arm=share...>", "what each arm takes", share)
    .option("--shadow <arm=share>", "copies for a shadow; may be repeated", share);
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(divide);
}

async function divide(
  [application, split]: readonly [string, string],
  weights: Shares,
  { shadow, ...flags }: TrafficFlags,
): Promise<void> {
  await clientOf(flags).setTraffic(application, split, { weights, ...(shadow && { shadow }) });
  const shares = Object.entries(weights).map(([arm, weight]) => `${arm} ${weight}`);
  console.log(`isoserve: ${application}/${split} divides its calls: ${shares.join(", ")}`);
}

function splitName(value: string): readonly [string, string] {
  const [, application, split] = /^([^/]+)\/([^/]+)$/.exec(value) ?? [];
  if (application && split) return [application, split];
  throw new InvalidArgumentError("It takes APP/SPLIT, as in digits/Split.");
}

function share(value: string, before: Shares = {}): Shares {
  const [, arm, weight] = /^(.+)=(\d*\.?\d+)$/.exec(value) ?? [];
  if (arm && Number(weight) <= 1) return { ...before, [arm]: Number(weight) };
  throw new InvalidArgumentError("It takes ARM=SHARE with a share from 0 to 1, as in canary=0.1.");
}
