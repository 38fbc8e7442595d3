import { assert } from "chai";
import { ServeError } from "../../src/index.ts";
import { topic } from "./case.ts";
import { failure, serveError, thrownBy } from "./failure.ts";

export const errors = topic("errors", {
  "an error keeps name, message, cause and own fields": async (trial) => {
    const { handle } = await trial.run("faulty");
    const error = await failure(handle.custom());
    assert.equal(error.name, "QuotaError");
    assert.equal(error.message, "over quota");
    assert.deepInclude<object>({ ...error }, { limit: 3, detail: { since: new Date(0) } });
    assert.instanceOf(error.cause, TypeError);
    assert.equal((error.cause as Error).message, "the cause");
  },

  "it keeps them over two boundaries": async (trial) => {
    const { handle } = await trial.run("above");
    const error = await failure(handle.custom());
    assert.equal(error.name, "QuotaError");
    assert.deepInclude<object>({ ...error }, { limit: 3 });
    assert.instanceOf(error.cause, TypeError);
  },

  "an error tells where it was thrown": async (trial) => {
    const { handle } = await trial.run("faulty");
    const { stack = "" } = await failure(handle.custom());
    assert.match(stack, /custom/);
  },

  "a rejection is an error like one that is thrown": async (trial) => {
    const { handle } = await trial.run("faulty");
    assert.equal((await failure(handle.later())).message, "later");
  },

  "built-in errors keep their class": async (trial) => {
    const { handle } = await trial.run("faulty");
    assert.instanceOf(await failure(handle.builtIn()), RangeError);
    const several = await failure(handle.aggregate());
    assert.instanceOf(several, AggregateError);
    const [one, two] = (several as AggregateError).errors;
    assert.instanceOf(one, TypeError);
    assert.equal(two, "two");
    const abort = await thrownBy(handle.abort());
    assert.instanceOf(abort, DOMException);
    assert.equal((abort as DOMException).name, "AbortError");
  },

  "a field that can't cross does not take the error with it": async (trial) => {
    const { handle } = await trial.run("faulty");
    const error = await failure(handle.odd());
    assert.equal(error.message, "odd");
    assert.deepInclude<object>({ ...error }, { fine: 1 });
  },

  "what is no error is thrown as it is": async (trial) => {
    const { handle } = await trial.run("faulty");
    for (const thrown of ["text", 0, null, undefined, { code: 7 }]) {
      assert.deepEqual(await thrownBy(handle.value(thrown)), thrown);
    }
  },

  "a ServeError of a deployment below keeps its code": async (trial) => {
    const { handle } = await trial.run("above");
    const error = await serveError(handle.missing(), "METHOD_NOT_FOUND");
    assert.instanceOf(error, ServeError);
    assert.match(error.message, /above-\d+\/Faulty/);
  },
});
