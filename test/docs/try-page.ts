import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layOut, remove, typeErrors } from "./folder.ts";
import { readPage } from "./markdown.ts";
import { Session } from "./session.ts";

/** Tests of a page: its TypeScript has no type errors, and what its reader is told to type prints what it shows. */
export function tryPage(name: string, url: URL): void {
  describe(name, () => {
    const page = readPage(url);
    let folder = "";
    beforeAll(async () => {
      folder = await layOut(page);
    });
    afterAll(() => remove(folder));

    it.runIf(page.files.size > 0)(
      "is right in its types",
      async () => {
        expect(await typeErrors(page, folder)).toBe("");
      },
      60_000,
    );

    for (const commands of page.sessions) {
      it(commands.map(({ line }) => line).join("; "), async () => {
        const session = new Session(folder);
        try {
          for (const command of commands) {
            const { line, shown } = command;
            expect(`$ ${line}\n${ended(await session.play(command))}`).toBe(`$ ${line}\n${shown}`);
          }
        } finally {
          await session.close();
        }
      }, 60_000);
    }
  });
}

/** A terminal's next prompt begins a line, whether or not the output ended with one. */
function ended(output: string): string {
  return output === "" || output.endsWith("\n") ? output : `${output}\n`;
}
