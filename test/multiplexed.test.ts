import { afterEach, describe, expect, it } from "vitest";
import { memory } from "../adapters/memory/index.ts";
import {
  type CallContext,
  context,
  createServe,
  deployment,
  type Multiplexed,
  type MultiplexOptions,
  multiplexed,
} from "../src/index.ts";
import { disposeModel } from "../src/multiplex/dispose-model.ts";
import { LogBook } from "./fixtures/log-book.ts";

const book = new LogBook();
const serve = createServe(memory({ log: book }));
afterEach(() => Promise.all(Object.keys(serve.status().applications).map(serve.delete)));

describe("multiplexed", () => {
  it.each([
    [{ maxModels: 0 }, "option maxModels must be a whole number of at least 1, got 0"],
    [{ maxModels: 1.5 }, "option maxModels must be a whole number of at least 1, got 1.5"],
    [{ maxModels: "2" }, "option maxModels must be a whole number of at least 1, got 2"],
    [{ max: 2 }, "unknown option max; it has maxModels"],
  ])("refuses the options %j", (options, problem) => {
    const make = () => multiplexed(() => 1, options as MultiplexOptions);
    expect(make).toThrow(`multiplexed: ${problem}`);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("takes any number of models", () => {
    expect(() => multiplexed(() => 1, { maxModels: Number.POSITIVE_INFINITY })).not.toThrow();
  });

  it("says where it has to be made or asked", async () => {
    const model = multiplexed(() => 1);
    await expect(model("a")).rejects.toMatchObject({
      code: "INVALID_APPLICATION",
      message: expect.stringContaining("multiplexed: no replica is known here; make it in"),
    });
  });

  it("can be asked in init, so that a model is there before the first call", async () => {
    const loads: string[] = [];
    class Warm {
      readonly model = multiplexed((id) => {
        loads.push(id);
        return id.toUpperCase();
      });

      async init() {
        await Promise.resolve();
        await this.model("a");
        await expect(this.model()).rejects.toThrow(
          "no call is running here that could name a model",
        );
      }

      async use() {
        return await this.model();
      }
    }
    const warm = await serve.run(deployment(Warm).bind());
    expect(loads).toEqual(["a"]);
    expect(await warm.options({ modelId: "a" }).use()).toBe("A");
    expect(loads).toEqual(["a"]);
  });

  it("disposes what a replica that does not start has loaded", async () => {
    const disposed: string[] = [];
    class Failing {
      readonly model = multiplexed((id) => ({ dispose: () => disposed.push(id) }));

      async init() {
        await this.model("a");
        throw new Error("no");
      }
    }
    await expect(
      serve.run(deployment(Failing, { maxConstructorRetries: 1 }).bind()),
    ).rejects.toMatchObject({ code: "DEPLOY_FAILED" });
    expect(disposed).toEqual(["a"]);
  });

  it("disposes models after the instance, which may still use them", async () => {
    const log: string[] = [];
    class Last {
      readonly model = multiplexed((id) => ({ id, dispose: () => log.push("model") }));

      async use() {
        await this.model();
      }

      [Symbol.dispose]() {
        log.push("instance");
      }
    }
    const last = await serve.run(deployment(Last).bind());
    await last.options({ modelId: "a" }).use();
    await serve.delete("default");
    expect(log).toEqual(["instance", "model"]);
  });

  it("loads in a context of its own", async () => {
    class Curious {
      readonly model = multiplexed(() => {
        const { modelId, requestId, deadline, signal } = context();
        return { modelId, requestId, deadline, signal };
      });

      async use() {
        const { requestId } = context();
        const { signal, ...loaded } = await this.model("b");
        return { requestId, aborted: signal.aborted, loaded };
      }
    }
    const curious = await serve.run(deployment(Curious).bind());
    const response = curious.options({ modelId: "a", timeoutMs: 1000 }).use();
    const { requestId } = response;
    const loaded = { modelId: "b", requestId, deadline: undefined };
    expect(await response).toEqual({ requestId, aborted: false, loaded });
  });

  it("can be asked later with the context of the call", async () => {
    const log: string[] = [];
    class Later {
      readonly model = multiplexed((id) => ({ id, dispose: () => log.push(`disposed ${id}`) }), {
        maxModels: 1,
      });

      async use() {
        const own = context();
        await Promise.resolve();
        const { id } = await this.model(own.modelId, own);
        await new Promise((resolve) => setTimeout(resolve));
        log.push(`used ${id}`);
      }
    }
    const later = await serve.run(deployment(Later).bind());
    const other = later.options({ modelId: "b" });
    await Promise.all([later.options({ modelId: "a" }).use(), other.use()]);
    expect(log).toEqual(["used a", "disposed a", "used b"]);
    const { model } = new Later();
    await expect(model("a", {} as CallContext)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("wraps a method, as a decorator does", async () => {
    let loads = 0;
    class Decorated {
      static readonly wrapped = decorate(Decorated.prototype, "load");
      readonly prefix = "model ";

      constructor() {
        for (const initialize of Decorated.wrapped) initialize.call(this);
      }

      async load(id: string): Promise<string> {
        loads += 1;
        return this.prefix + id;
      }

      async use() {
        return await (this.load as Multiplexed<string>)();
      }
    }
    const handle = await serve.run(deployment(Decorated).bind());
    const asked = handle.options({ modelId: "a" });
    expect([await asked.use(), await asked.use()]).toEqual(["model a", "model a"]);
    expect(loads).toBe(1);
  });
});

/** What a compiler makes of `@multiplexed({ maxModels: 2 })` on a method. Gives what to do to each new instance. */
function decorate<P extends { load(id: string): Promise<string> }>(prototype: P, name: "load") {
  const initializers: ((this: P) => void)[] = [];
  const decorator = multiplexed({ maxModels: 2 });
  const addInitializer = (initializer: (this: P) => void) => initializers.push(initializer);
  const replaced = decorator(prototype[name], {
    kind: "method",
    name,
    addInitializer,
  } as unknown as ClassMethodDecoratorContext<P>);
  Object.defineProperty(prototype, name, { value: replaced, configurable: true });
  return initializers;
}

describe("disposeModel", () => {
  it.each([
    ["Symbol.asyncDispose", ["later", "now", "old"]],
    ["Symbol.dispose", ["now", "old"]],
    ["dispose", ["old"]],
  ])("calls %s, and none besides", async (_name, has) => {
    const called: string[] = [];
    const model = {
      ...(has.includes("later") && {
        [Symbol.asyncDispose]: async () => {
          await Promise.resolve();
          called.push("later");
        },
      }),
      ...(has.includes("now") && { [Symbol.dispose]: () => called.push("now") }),
      dispose: () => called.push("old"),
    };
    await disposeModel(model);
    expect(called).toEqual([has[0]]);
  });

  it.each([undefined, null, 7, "model", {}, { dispose: "soon" }])(
    "leaves %j alone",
    async (model) => {
      await disposeModel(model);
    },
  );

  it("keeps `this`", async () => {
    class Model {
      disposed = false;

      dispose() {
        this.disposed = true;
      }
    }
    const model = new Model();
    await disposeModel(model);
    expect(model.disposed).toBe(true);
  });

  it("that fails is logged, and makes room all the same", async () => {
    class Clumsy {
      readonly model = multiplexed(
        (id) => ({
          id,
          dispose() {
            throw new Error("still in use");
          },
        }),
        { maxModels: 1 },
      );

      async use() {
        return (await this.model()).id;
      }
    }
    const clumsy = await serve.run(deployment(Clumsy).bind(), { name: "clumsy" });
    for (const modelId of ["a", "b"]) {
      expect(await clumsy.options({ modelId }).use()).toBe(modelId);
    }
    expect(book.lines).toMatchObject([
      {
        level: "error",
        replica: "clumsy/Clumsy#1",
        message: "disposing the model a failed",
        fields: { error: { message: "still in use" } },
      },
    ]);
  });
});
