import { writeFile } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { Command } from "commander";
import { ServeError } from "../../../src/errors.ts";
import { nodeLoader } from "../app-loader.ts";
import { skeleton } from "../config/skeleton.ts";
import { examples } from "./examples.ts";
import { EXIT } from "./exit-codes.ts";
import { exitWhenWritten } from "./exit-when-written.ts";

interface BuildFlags {
  readonly output?: string;
  readonly force?: boolean;
}

const EXAMPLES = examples(
  ["isoserve build app.ts", "prints it"],
  ["isoserve build app.ts models.ts#digits -o serve.yaml", "two applications"],
);

/** `isoserve build`. */
export function buildCommand(): Command {
  return new Command("build")
    .summary("write a configuration to start from")
    .description(
      "Writes a configuration for the applications that modules export: every deployment with the options its code gives.",
    )
    .argument("<modules...>", "app modules, with #name for an export other than the default")
    .option("-o, --output <file>", "where to write it, instead of printing it")
    .option("--force", "write over a file that is there")
    .addHelpText("after", EXAMPLES)
    .action(build);
}

async function build(modules: readonly string[], { output, force }: BuildFlags): Promise<void> {
  const loader = nodeLoader();
  const folder = output === undefined ? process.cwd() : dirname(resolve(output));
  const applications = await Promise.all(
    modules.map(async (module) => {
      const { application } = await loader.load(module, undefined);
      return { importPath: pathFrom(folder, module), application };
    }),
  );
  const text = skeleton(applications);
  if (output === undefined) process.stdout.write(text);
  else await write(output, text, force === true);
  exitWhenWritten(EXIT.done);
}

async function write(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new ServeError("INVALID_OPTION", `${path} is there already: --force writes over it`);
  }
  console.log(`isoserve: wrote ${path}`);
}

/** As a configuration in `folder` names the module. */
function pathFrom(folder: string, module: string): string {
  const [path = "", exportName] = module.split("#");
  const from = relative(folder, resolve(path)).replaceAll(sep, "/");
  return `${from.startsWith(".") ? "" : "./"}${from}${exportName ? `#${exportName}` : ""}`;
}
