import { Command, InvalidArgumentError } from "commander";
import { examples } from "./examples.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";

const EXAMPLES = examples(["isoserve scale digits/Classifier 4", "four replicas from now on"]);

/** `isoserve scale`. */
export function scaleCommand(): Command {
  const command = new Command("scale")
    .summary("change the replica count of a deployment")
    .description(
      "Changes how many replicas of one deployment run, until the next isoserve deploy. Returns before they do: isoserve status tells.",
    )
    .argument("<app/deployment>", "as isoserve status shows them", deploymentName)
    .argument("<replicas>", "how many", replicaCount);
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(scale);
}

async function scale(
  [application, deployment]: readonly [string, string],
  numReplicas: number,
  flags: ServerFlags,
): Promise<void> {
  await clientOf(flags).scale(application, deployment, numReplicas);
  const replicas = numReplicas === 1 ? "replica" : "replicas";
  console.log(`isoserve: ${application}/${deployment} goes to ${numReplicas} ${replicas}`);
}

function deploymentName(value: string): readonly [string, string] {
  const [, application, deployment] = /^([^/]+)\/([^/]+)$/.exec(value) ?? [];
  if (application && deployment) return [application, deployment];
  throw new InvalidArgumentError("It takes APP/DEPLOYMENT, as in digits/Classifier.");
}

function replicaCount(value: string): number {
  const count = Number(value);
  if (/^\d+$/.test(value) && count >= 1) return count;
  throw new InvalidArgumentError("It takes a whole number of at least 1.");
}
