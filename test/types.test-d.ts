import { AutoRouter } from "itty-router";
import { describe, expectTypeOf, test } from "vitest";
import {
  type Application,
  type DeploymentResponse,
  deployment,
  type Handle,
  type HandleOptions,
  type Serve,
  transfer,
} from "../src/index.ts";
import type { Fetcher } from "../src/target.ts";

class Adder {
  constructor(by: number) {
    this.by = by;
  }

  by: number;
  #secret = 1;

  add(value: number): number {
    return value + this.by + this.#secret;
  }

  async addAll(values: number[], options?: { from: number }): Promise<number> {
    return values.length + (options?.from ?? 0);
  }

  async *count(to: number): AsyncGenerator<number> {
    yield to;
  }

  *countSync(to: number): Generator<string> {
    yield String(to);
  }

  generic<T>(value: T): T {
    return value;
  }

  init(): void {}
  reconfigure(_: { threshold: number }): void {}
  checkHealth(): void {}
  options(): void {}
  // biome-ignore lint/suspicious/noThenProperty: a handle must not have it
  then(): void {}
}

class Pipeline {
  constructor(
    public_: Handle<Adder>,
    parts: { one: Handle<Adder> },
    list: readonly Handle<Adder>[],
    label: string,
    extra?: Handle<Adder>,
  ) {
    this.used = [public_, parts, list, label, extra];
  }

  used: unknown[];
}

declare const adder: Handle<Adder>;
const bound = deployment(Adder).bind(1);

describe("a handle", () => {
  test("has each method, answering with a response", () => {
    expectTypeOf(adder.add(1)).toEqualTypeOf<DeploymentResponse<number>>();
    expectTypeOf(adder.addAll([1])).toEqualTypeOf<DeploymentResponse<number>>();
    expectTypeOf(adder.addAll)
      .parameter(1)
      .toExtend<{ from: number } | DeploymentResponse<unknown, unknown> | undefined>();
  });

  test("checks arguments", () => {
    // @ts-expect-error a string is no number
    void adder.add("1");
    // @ts-expect-error one is missing
    void adder.add();
    // @ts-expect-error one too many
    void adder.add(1, 2);
  });

  test("takes responses of the right type as arguments", () => {
    void adder.add(adder.add(1));
    // @ts-expect-error a response of numbers is no array
    void adder.addAll(adder.add(1));
  });

  test("is awaited to the result, never to a nested promise", async () => {
    expectTypeOf(await adder.addAll([])).toEqualTypeOf<number>();
  });

  test("iterates what a generator yields", async () => {
    expectTypeOf(adder.count(1)).toEqualTypeOf<DeploymentResponse<AsyncIterable<number>, number>>();
    for await (const item of adder.count(1)) expectTypeOf(item).toEqualTypeOf<number>();
    for await (const item of await adder.count(1)) expectTypeOf(item).toEqualTypeOf<number>();
    for await (const item of adder.countSync(1)) expectTypeOf(item).toEqualTypeOf<string>();
  });

  test("has no hooks, no fields, nothing private", () => {
    expectTypeOf(adder).not.toHaveProperty("init");
    expectTypeOf(adder).not.toHaveProperty("reconfigure");
    expectTypeOf(adder).not.toHaveProperty("checkHealth");
    expectTypeOf(adder).not.toHaveProperty("constructor");
    expectTypeOf(adder).not.toHaveProperty("then");
    expectTypeOf(adder).not.toHaveProperty("by");
  });

  test("keeps its own options", () => {
    expectTypeOf(adder.options).parameters.toEqualTypeOf<[HandleOptions]>();
    expectTypeOf(adder.options({})).toEqualTypeOf<Handle<Adder>>();
    // @ts-expect-error no such option
    adder.options({ speed: 1 });
  });

  test("tells its deployment from another", () => {
    class Other {
      add(value: number): number {
        return value;
      }
    }
    expectTypeOf<Handle<Other>>().not.toExtend<Handle<Adder>>();
  });
});

describe("bind", () => {
  test("gives an application of what the class makes", () => {
    expectTypeOf(bound).toEqualTypeOf<Application<Adder>>();
  });

  test("checks the constructor's arguments", () => {
    // @ts-expect-error a string is no number
    deployment(Adder).bind("1");
    // @ts-expect-error it is missing
    deployment(Adder).bind();
  });

  test("takes applications where handles are wanted, also nested and optional", () => {
    const pipeline = deployment(Pipeline);
    const app = pipeline.bind(bound, { one: bound }, [bound], "label");
    expectTypeOf(app).toEqualTypeOf<Application<Pipeline>>();
    pipeline.bind(bound, { one: bound }, [], "label", bound);
  });

  test("takes no other application, and no instance", () => {
    const pipeline = deployment(Pipeline);
    const other = deployment(function other() {}).bind();
    // @ts-expect-error an application of something else
    pipeline.bind(other, { one: bound }, [], "label");
    // @ts-expect-error nested as well
    pipeline.bind(bound, { one: other }, [], "label");
    // @ts-expect-error an instance is no application
    pipeline.bind(new Adder(1), { one: bound }, [], "label");
  });

  test("of a function or a router takes nothing", () => {
    const double = deployment(async function double(value: number) {
      return value * 2;
    });
    // @ts-expect-error nothing to bind
    double.bind(1);
    expectTypeOf(double.bind()).toExtend<Application<(value: number) => Promise<number>>>();
    const router = deployment(AutoRouter(), { name: "Api" }).bind();
    expectTypeOf(router).toEqualTypeOf<Application<Fetcher>>();
  });
});

describe("a function's handle", () => {
  test("is called itself", () => {
    const double = {} as Handle<(value: number) => Promise<number>>;
    expectTypeOf(double(1)).toEqualTypeOf<DeploymentResponse<number>>();
    // @ts-expect-error a string is no number
    void double("1");
  });
});

describe("deployment", () => {
  test("checks its target and options", () => {
    // @ts-expect-error no class, function or object with fetch
    deployment(7);
    // @ts-expect-error no such option
    deployment(Adder, { replicas: 2 });
    deployment(Adder, { numReplicas: "auto" });
    deployment(Adder, {
      autoscaling: {
        policy: ({ stats }) => Math.max(...Object.values(stats).map(({ waiting = 0 }) => waiting)),
      },
    });
    // @ts-expect-error a policy says a number
    deployment(Adder, { autoscaling: { policy: () => "three" } });
    // @ts-expect-error a count is a number
    deployment(Adder, { numReplicas: "2" });
    // @ts-expect-error not supported yet
    deployment(Adder, { isolation: "process" });
  });
});

describe("serve", () => {
  test("gives a handle of what the application serves", () => {
    const serve = {} as Serve<string>;
    expectTypeOf(serve.run(bound)).toEqualTypeOf<Promise<Handle<Adder>>>();
    expectTypeOf(serve.handle<Adder>("app")).toEqualTypeOf<Handle<Adder>>();
    // @ts-expect-error a deployment must be bound first
    void serve.run(deployment(Adder));
  });
});

describe("transfer", () => {
  test("is of its value's type", () => {
    const bytes = new Uint8Array(1);
    expectTypeOf(transfer(bytes, [bytes.buffer])).toEqualTypeOf<typeof bytes>();
  });
});
