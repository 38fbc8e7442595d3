import { describe, expect, it } from "vitest";
import { applicationGraph } from "../src/application-graph.ts";
import { exportedApplication } from "../src/exported-application.ts";
import { deployment } from "../src/index.ts";

class Leaf {}

const app = deployment(Leaf).bind();
const find = (exports: object, args?: never) =>
  exportedApplication(exports, "default", "app.ts", args);
const refused = (message: string) =>
  expect.objectContaining({ code: "INVALID_APPLICATION", message: expect.stringMatching(message) });

describe("exportedApplication", () => {
  it("finds an application by its export", () => {
    expect(find({ default: app })).toBe(app);
  });

  it.each([
    [{ other: app }, 'app.ts has no export "default"; it exports other: name one as app.ts#other'],
    [{ default: 7, a: app }, 'app.ts does not export an application as "default"; it exports a'],
    [{ default: Leaf }, 'app.ts does not export an application as "default"; export one'],
    [{}, "export one: export default deployment\\(MyClass\\).bind\\(\\)"],
  ])("says what there is instead", (exports, message) => {
    expect(() => find(exports)).toThrow(refused(message));
  });

  it("refuses args for what takes none", () => {
    expect(() => find({ default: app }, {} as never)).toThrow(
      refused('app.ts: its export "default" is an application and takes no args: remove them'),
    );
  });
});

describe("a builder", () => {
  const named = ({ name = "None" }) => deployment(Leaf, { name }).bind();
  const nameOf = (args?: object) =>
    applicationGraph(find({ default: named }, args as never)).ingress;

  it("makes the application of its args, {} where there are none", () => {
    expect(nameOf({ name: "Given" })).toBe("Given");
    expect(nameOf()).toBe("None");
  });

  it("can't change the args that the next one gets", () => {
    const args = { names: ["One"] };
    const taking = ({ names }: typeof args) => deployment(Leaf, { name: names.pop() ?? "" }).bind();
    find({ default: taking }, args as never);
    expect(args).toEqual({ names: ["One"] });
  });

  it.each([
    [
      () => {
        throw new RangeError("no such model\nsecond line");
      },
      'app.ts: its builder "default" threw: no such model$',
    ],
    [async () => app, "returned a promise; it can't be async: await at the top of the module"],
    [() => Promise.reject(new Error("late")), "returned a promise"],
    [() => new Response(), "returned object, no application: return deployment\\(MyClass\\).bind"],
    [() => null, "returned null, no application"],
    [() => undefined, "returned undefined, .* exported as deployment\\(myFunction\\).bind\\(\\)"],
  ])("that makes none is refused: %s", (builder, message) => {
    expect(() => find({ default: builder })).toThrow(refused(message));
  });

  it("that throws is refused with what it threw as cause", () => {
    const thrown = new RangeError("no such model");
    const builder = () => {
      throw thrown;
    };
    expect(() => find({ default: builder })).toThrow(expect.objectContaining({ cause: thrown }));
  });
});
