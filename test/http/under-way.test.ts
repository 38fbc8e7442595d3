import { describe, expect, it } from "vitest";
import { UnderWay } from "../../src/http/under-way.ts";

describe("UnderWay", () => {
  it("tells when the last request to a deployment has its answer", async () => {
    const underWay = new UnderWay();
    const order: string[] = [];
    underWay.began("app/Api");
    underWay.began("app/Api");
    underWay.began("app/Other");
    const none = underWay.none("app/Api").then(() => order.push("none"));
    underWay.ended("app/Api");
    await Promise.resolve();
    order.push("one left");
    underWay.ended("app/Api");
    await none;
    expect(order).toEqual(["one left", "none"]);
  });

  it("waits for nothing where there is nothing", async () => {
    const underWay = new UnderWay();
    await underWay.none("app/Api");
    underWay.began("app/Api");
    underWay.ended("app/Api");
    await underWay.none("app/Api");
  });
});
