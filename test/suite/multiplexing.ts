import { assert } from "chai";
import type { Gate } from "../fixtures/gate.ts";
import type { Library } from "../fixtures/library.ts";
import { topic } from "./case.ts";
import { failure, serveError, settle } from "./failure.ts";

export const multiplexing = topic("multiplexing", {
  "a call gets the model that it names": async (trial) => {
    const { handle, gate } = await trial.run("library2");
    await gate.open("*");
    const [title] = await handle.options({ modelId: "a" }).read();
    assert.equal(title, "a, asked for as a");
    const [other] = await handle.options({ modelId: "a" }).read("b");
    assert.equal(other, "b, asked for as b");
  },

  "or the one that the header names": async (trial) => {
    const { fetch, gate } = await trial.run("library2");
    await gate.open("*");
    const response = await fetch("/", { headers: { "x-model-id": "a" } });
    assert.equal(await response.text(), "a, asked for as a");
  },

  "a request that names none is told so": async (trial) => {
    const { handle, fetch, gate } = await trial.run("library2");
    const error = await serveError(handle.read(), "INVALID_REQUEST");
    assert.match(error.message, /#\d+: the call names no model; name one by handle.options/);
    assert.equal((await fetch("/", { headers: { "x-model-id": "" } })).status, 400);
    await serveError(handle.read(""), "INVALID_REQUEST");
    const empty = async () => await handle.options({ modelId: "" }).read();
    await serveError(empty(), "INVALID_OPTION");
    assert.deepEqual(await gate.log(), []);
  },

  "calls that a call makes name none, unless they are given one": async (trial) => {
    const { handle, name } = await trial.run("libraries");
    await trial.serve.handle<Gate>(`${name}/Gate`).open("*");
    const asked = handle.options({ modelId: "a" });
    await serveError(asked.read(), "INVALID_REQUEST");
    assert.equal((await asked.read("b"))[0], "b, asked for as b");
  },

  "the least recently used makes room, and is disposed first": async (trial) => {
    const { handle, gate } = await trial.run("library2");
    await gate.open("load a", "load b", "load c", "load d");
    for (const modelId of ["a", "b", "a"]) await handle.options({ modelId }).read();
    const third = handle.options({ modelId: "c" }).read();
    await gate.noted("in dispose b");
    await settle();
    assert.notInclude(await gate.log(), "in load c");
    await gate.open("*");
    assert.equal((await third)[0], "c, asked for as c");
    const entered = (await gate.log()).filter((entry) => entry.startsWith("in "));
    assert.deepEqual(entered, ["in load a", "in load b", "in dispose b", "in load c"]);
  },

  "different models are loaded at the same time, each once": async (trial) => {
    const { handle, gate } = await trial.run("library2");
    const calls = ["a", "a", "b", "b"].map((modelId) => handle.options({ modelId }).read());
    await gate.noted("in load a", "in load b");
    await gate.open("*");
    await Promise.all(calls);
    assert.sameMembers(
      (await gate.log()).filter((entry) => entry.startsWith("in ")),
      ["in load a", "in load b"],
    );
  },

  "a model that a call uses stays until that has ended": async (trial) => {
    const { handle, gate } = await trial.run("library1");
    await gate.open("load a", "load b");
    const held = handle.options({ modelId: "a" }).hold("call");
    await gate.noted("in call");
    const waits = handle.options({ modelId: "b" }).read();
    await settle();
    assert.notInclude(await gate.log(), "in dispose a");
    await gate.open("call");
    assert.isTrue(await held);
    await gate.noted("in dispose a");
    await gate.open("*");
    await waits;
  },

  "also one whose answer is a stream": async (trial) => {
    const { handle, gate } = await trial.run("library1");
    await gate.open("load a", "load b");
    const pages: string[] = [];
    const waits: PromiseLike<unknown>[] = [];
    for await (const page of handle.options({ modelId: "a" }).pages("stream")) {
      pages.push(page);
      if (pages.length > 1) continue;
      await gate.noted("in stream");
      waits.push(handle.options({ modelId: "b" }).read());
      await settle();
      await gate.open("*");
    }
    assert.deepEqual(pages, ["a, asked for as a", "open"]);
    await Promise.all(waits);
  },

  "a load that fails fails its calls, and is tried again": async (trial) => {
    const { handle, gate } = await trial.run("library2");
    const lost = handle.options({ modelId: "lost" });
    const calls = [failure(lost.read()), failure(lost.read())];
    await gate.noted("in load lost");
    await gate.open("*");
    for (const error of await Promise.all(calls)) {
      assert.instanceOf(error, RangeError);
      assert.equal(error.message, "lost is lost");
    }
    await failure(lost.read());
    const entered = (await gate.log()).filter((entry) => entry === "in load lost");
    assert.lengthOf(entered, 2);
  },

  "a caller that leaves does not end a load that others wait for": async (trial) => {
    const { handle, gate } = await trial.run("library2");
    const asked = handle.options({ modelId: "a" });
    const leaves = asked.read();
    await gate.noted("in load a");
    const stays = asked.read();
    leaves.cancel("not needed any more");
    await serveError(leaves, "CANCELLED");
    await settle();
    await gate.open("*");
    assert.equal((await stays)[0], "a, asked for as a");
    assert.deepEqual(await gate.log(), ["in load a", "out load a"]);
  },

  "a call for more models than there may be is refused, and does not hang": async (trial) => {
    const { handle, gate } = await trial.run("library1");
    await gate.open("*");
    const error = await serveError(handle.readTwo(), "INVALID_APPLICATION");
    assert.include(error.message, "no place for the model second");
    assert.equal((await handle.read("second"))[0], "second, asked for as second");
  },

  "calls go where their model is, whoever makes them": async (trial) => {
    const { name, handle } = await trial.run("libraries");
    await trial.serve.handle<Gate>(`${name}/Gate`).open("*");
    const library = trial.serve.handle<Library>(`${name}/Library`);
    const homes = new Set<string>();
    for (const modelId of ["a", "b", "c", "d"]) {
      const [, home] = await library.options({ modelId }).read();
      homes.add(home);
      for (let time = 0; time < 3; time += 1) {
        assert.equal((await library.options({ modelId }).read())[1], home);
        assert.equal((await handle.read(modelId))[1], home);
      }
    }
    // Each new model goes to a replica that has the fewest.
    assert.equal(homes.size, 3);
  },

  "a model that all want spreads": async (trial) => {
    const { handle, gate } = await trial.run("librariesTight");
    await gate.open("load a");
    const asked = handle.options({ modelId: "a" });
    const held = ["one", "two", "three", "four"].map((id) => asked.hold(id));
    await gate.noted("in one", "in two", "in three", "in four");
    await gate.open("*");
    await Promise.all(held);
    const loads = (await gate.log()).filter((entry) => entry === "in load a");
    assert.lengthOf(loads, 2);
  },

  "all models are disposed when a replica leaves": async (trial) => {
    const { gate } = await trial.run("gate");
    const { name, handle } = await trial.run("library2");
    await handle.use(gate);
    await gate.open("*");
    for (const modelId of ["a", "b"]) await handle.options({ modelId }).read();
    await trial.serve.delete(name);
    await gate.noted("out dispose a", "out dispose b");
  },

  "a function deployment has those of its module, each replica its own": async (trial) => {
    const { handle } = await trial.run("moduleShelf");
    assert.equal(await handle.options({ modelId: "a" })(), "a");
    assert.equal(await handle.options({ modelId: "b" })(), "b");
  },
});
