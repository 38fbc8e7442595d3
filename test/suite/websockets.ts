import { assert } from "chai";
import type { Talk } from "../fixtures/talk.ts";
import { topic } from "./case.ts";
import { failure, settle, standstill } from "./failure.ts";
import { Refused } from "./socket-client.ts";

export const websockets = topic("websockets", {
  "text and bytes stay what they are": async (trial) => {
    const { connect } = await trial.run("talk");
    const socket = await connect("/echo");
    for (const text of ["grüße 👋", "", "[1,2]"]) {
      socket.send(text);
      assert.equal(await socket.next(), text);
    }
    for (const bytes of [[0, 255, 128, 10], []]) {
      socket.send(Uint8Array.from(bytes));
      assert.deepEqual(await socket.next(), Uint8Array.from(bytes));
    }
    socket.close();
  },

  "messages keep their order": async (trial) => {
    const { connect } = await trial.run("talk");
    const socket = await connect("/echo");
    const numbers = Array.from({ length: 300 }, (_, number) => String(number));
    for (const number of numbers) socket.send(number);
    for (const number of numbers) assert.equal(await socket.next(), number);
    socket.close();
  },

  "sockets of one replica don't mix": async (trial) => {
    const { connect } = await trial.run("talk");
    const sockets = await Promise.all(Array.from({ length: 10 }, () => connect("/echo")));
    for (const [index, socket] of sockets.entries()) {
      for (const part of ["a", "b", "c"]) socket.send(`${index}${part}`);
    }
    for (const [index, socket] of sockets.entries()) {
      for (const part of ["a", "b", "c"]) assert.equal(await socket.next(), `${index}${part}`);
      socket.close();
    }
  },

  "the request is that of HTTP": async (trial) => {
    const { connect, prefix } = await trial.run("talk");
    const socket = await connect("/request?x=1");
    const { url, ...seen } = JSON.parse((await socket.next()) as string);
    assert.match(url, /^https?:\/\/[^/]+\/request\?x=1$/);
    assert.deepEqual(seen, { prefix, ids: true });
    socket.close();
  },

  "each hook has the context of the call": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    const socket = await connect("/context");
    const requestId = await socket.next();
    socket.send("again");
    assert.equal(await socket.next(), requestId);
    socket.close();
    await gate.noted(`closed in ${requestId}`);
  },

  "the client's close arrives, with its code and reason": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    (await connect("/echo")).close(4001, "enough");
    await gate.noted("closed 4001 enough");
    (await connect("/echo")).close();
    await gate.noted("closed 1005 ");
  },

  "what was sent before a close is dealt with": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    await gate.open("*");
    const socket = await connect("/held");
    for (const message of ["one", "two", "three"]) socket.send(message);
    socket.close();
    await gate.noted("in one", "in two", "in three", "closed 1005");
  },

  "the server's close arrives, with its code and reason": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    const socket = await connect("/closes");
    socket.send("4002 that is all");
    assert.equal(await socket.next(), "the last");
    assert.deepEqual(await socket.closed, [4002, "that is all"]);
    await gate.noted("closed 4002");
    const other = await connect("/closes");
    other.send("");
    assert.deepEqual(await other.closed, [1000, ""]);
    assert.equal((await gate.log()).filter((entry) => entry === "closed 4002").length, 1);
  },

  "a close that can't be sent is an error": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    for (const told of ["1006", "999", `4000 ${"x".repeat(124)}`]) {
      const socket = await connect("/closes");
      socket.send(told);
      assert.equal((await socket.closed)[0], 1011);
    }
    await gate.noted("closed 1011");
  },

  "an error of a hook stays inside and closes with 1011": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    const socket = await connect("/fails");
    socket.send("anything");
    assert.deepEqual(await socket.closed, [1011, ""]);
    await gate.noted("closed 1011");
  },

  "a client that is lost is a close with 1006": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    const socket = await connect("/held");
    await gate.noted("open");
    socket.drop();
    await gate.noted("aborted", "closed 1006");
  },

  "the signal aborts when the client closes, though a hook runs": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    const socket = await connect("/held");
    socket.send("long");
    await gate.noted("in long");
    socket.close(1000);
    await gate.noted("aborted", "closed 1000");
  },

  "one message waits for the hook of the one before": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    const socket = await connect("/held");
    socket.send("first");
    socket.send("second");
    await gate.noted("in first");
    await gate.open("second");
    await settle();
    assert.notInclude(await gate.log(), "in second");
    await gate.open("first");
    assert.equal(await socket.next(), "passed first");
    assert.equal(await socket.next(), "passed second");
    socket.close();
  },

  "a slow client holds the producer back": async (trial) => {
    const { connect, handle } = await trial.run("talk");
    const socket = await connect("/flood");
    socket.pause();
    const sent = await standstill(() => handle.sent());
    socket.resume();
    for (let expected = 1; expected <= sent; expected += 1) {
      assert.equal(Number.parseInt((await socket.next()) as string, 10), expected);
    }
    await socket.next();
    assert.isAbove(await handle.sent(), sent);
    socket.drop();
  },

  "what piles up for a client unawaited closes it with 1008": async (trial) => {
    const { connect } = await trial.run("talk");
    const socket = await connect("/pile");
    socket.send("4");
    for (let read = 0; read < 4; read += 1) await socket.next();
    socket.pause();
    socket.send("40");
    await settle();
    socket.resume();
    assert.deepEqual(await socket.closed, [1008, "messages are read too slowly"]);
  },

  "a message over the limit closes with 1009": async (trial) => {
    const { connect, gate } = await trial.run("talk");
    const socket = await connect("/echo");
    socket.send(new Uint8Array(trial.bodyLimitBytes));
    assert.lengthOf(await socket.next(), trial.bodyLimitBytes);
    socket.close();
    const other = await connect("/closes");
    other.send(new Uint8Array(trial.bodyLimitBytes + 1));
    assert.equal((await other.closed)[0], 1009);
    await gate.noted("closed 1009");
  },

  "an answer that is no upgrade is the answer": async (trial) => {
    const { connect } = await trial.run("talk");
    const refused = (await failure(connect("/nothing"))) as Refused;
    assert.instanceOf(refused, Refused, refused.stack);
    assert.equal(refused.status, 403);
    assert.equal(refused.body, "there is no socket here");
  },

  "where no application is there is no socket": async (trial) => {
    const { name, connect } = await trial.run("talk");
    await trial.serve.delete(name);
    assert.equal(((await failure(connect("/echo"))) as Refused).status, 404);
  },

  "a request that is no handshake gets a 426": async (trial) => {
    const { fetch } = await trial.run("talk");
    const response = await fetch("/echo");
    assert.equal(response.status, 426);
    assert.include(await response.text(), "UPGRADE_REQUIRED");
  },

  "a copy of the answer is still a WebSocket": async (trial) => {
    const { connect } = await trial.run("talk");
    const socket = await connect("/copied");
    socket.send("hello");
    assert.equal(await socket.next(), "hello");
    socket.close();
  },

  "a socket holds its slot until it is closed": async (trial) => {
    const { connect, gate, handle } = await trial.run("talkOne");
    const socket = await connect("/held");
    await gate.noted("open");
    const next = handle.replica();
    let answered = false;
    void next.then(() => {
      answered = true;
    });
    await settle();
    assert.isFalse(answered);
    socket.close();
    await next;
  },

  "a client that is lost frees the slot": async (trial) => {
    const { connect, gate, handle } = await trial.run("talkOne");
    const socket = await connect("/flood");
    await socket.next();
    socket.drop();
    await handle.replica();
    const held = await connect("/held");
    await gate.open("*");
    held.send("late");
    held.drop();
    await handle.replica();
  },

  "deadlines end with the upgrade": async (trial) => {
    const { connect, gate } = await trial.run("talkBrief");
    const socket = await connect("/held");
    socket.send("slow");
    await gate.noted("in slow");
    await new Promise((resolve) => setTimeout(resolve, 250));
    await gate.open("slow");
    assert.equal(await socket.next(), "passed slow");
    socket.send("slow");
    assert.equal(await socket.next(), "passed slow");
    socket.close();
  },

  "a replica that dies closes its sockets with 1012": async (trial) => {
    const { connect, replicas } = await trial.run("talk");
    const socket = await connect("/echo");
    socket.send("here");
    await socket.next();
    const killedAt = performance.now();
    await trial.kill(replicas("Talk")[0] as string);
    assert.deepEqual(await socket.closed, [1012, "connect again"]);
    assert.isBelow(performance.now() - killedAt, 2000);
    const again = await connect("/echo");
    again.send("again");
    assert.equal(await again.next(), "again");
    again.close();
  },

  "a replica that leaves closes with 1001 what is idle": async (trial) => {
    const { connect, name } = await trial.run("talkPatient");
    const socket = await connect("/echo");
    const deleted = trial.serve.delete(name);
    assert.deepEqual(await socket.closed, [1001, "going away"]);
    await deleted;
  },

  "a replica that leaves ends the message it is at": async (trial) => {
    const { connect, gate, name } = await trial.run("talkPatient");
    const socket = await connect("/held");
    socket.send("last");
    socket.send("never");
    await gate.noted("in last");
    const deleted = trial.serve.delete(name);
    await settle();
    await gate.open("last");
    assert.equal(await socket.next(), "passed last");
    assert.deepEqual(await socket.closed, [1001, "going away"]);
    await deleted;
  },

  "after an update clients reach the new version": async (trial) => {
    const { connect, name, prefix } = await trial.run("talkFirst");
    const socket = await connect("/");
    assert.equal(await socket.next(), "first");
    const updated = trial.run("talkSecond", { name, routePrefix: prefix });
    assert.equal((await socket.closed)[0], 1001);
    const again = await connect("/");
    assert.equal(await again.next(), "second");
    again.close();
    await updated;
  },

  "a request goes on through a handle": async (trial) => {
    const { connect, gate } = await trial.run("talkFront");
    const socket = await connect("/echo");
    socket.send("text");
    socket.send(Uint8Array.of(1, 2));
    assert.equal(await socket.next(), "text");
    assert.deepEqual(await socket.next(), Uint8Array.of(1, 2));
    socket.close(4003, "done");
    await gate.noted("closed 4003 done");
    const lost = await connect("/held");
    await gate.noted("open");
    lost.drop();
    await gate.noted("aborted", "closed 1006");
  },

  "through a handle too a slow client holds the producer back": async (trial) => {
    const { connect, name } = await trial.run("talkFront");
    const talk = trial.serve.handle<Talk>(`${name}/Talk`);
    const socket = await connect("/flood");
    await socket.next();
    socket.pause();
    await standstill(() => talk.sent());
    socket.drop();
  },

  "a deployment in between that leaves ends the message at hand": async (trial) => {
    const { connect, gate, name } = await trial.run("talkFront");
    const socket = await connect("/held");
    socket.send("last");
    await gate.noted("in last");
    const deleted = trial.serve.delete(name);
    await settle();
    await gate.open("last");
    assert.equal(await socket.next(), "passed last");
    assert.deepEqual(await socket.closed, [1001, "going away"]);
    await deleted;
  },
});
