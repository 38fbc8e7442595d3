import { describe, expect, it } from "vitest";
import { checkApplication } from "../../src/config/check-application.ts";
import { deployment, type Handle, split } from "../../src/index.ts";

class Classifier {}
class Api {
  readonly models: readonly Handle<Classifier>[];

  constructor(one: Handle<Classifier>, other: Handle<Classifier>) {
    this.models = [one, other];
  }
}

class Divided {
  readonly model: Handle<Classifier>;

  constructor(model: Handle<Classifier>) {
    this.model = model;
  }
}

const application = deployment(Api).bind(
  deployment(Classifier).bind(),
  deployment(Classifier, { userConfig: 1 }).bind(),
);

describe("checkApplication", () => {
  it("has nothing against names and options that the code has", () => {
    const deployments = [
      { name: "Api", numReplicas: 2 },
      { name: "Classifier" },
      { name: "Classifier_1", maxOngoingRequests: 1 },
    ];
    expect(checkApplication({ deployments }, application)).toEqual([]);
    expect(checkApplication({}, application)).toEqual([]);
  });

  it("tells of every name that is no deployment, and of the one that was meant", () => {
    const deployments = [{ name: "Nobody" }, { name: "Api" }, { name: "clasifier" }];
    expect(checkApplication({ deployments }, application)).toEqual([
      {
        path: ["deployments", 0, "name"],
        message:
          '"Nobody" is no deployment of the application; it has Classifier, Classifier_1, Api',
      },
      {
        path: ["deployments", 2, "name"],
        message: '"clasifier" is no deployment of the application; did you mean Classifier?',
      },
    ]);
  });

  it("tells of options that the deployment can't have", () => {
    const deployments = [{ name: "Api", numReplicas: 0 }];
    expect(checkApplication({ deployments }, application)).toEqual([
      {
        path: ["deployments", 0],
        message:
          "can't be: deployment(Api): option numReplicas must be a whole number of at least 1, got 0",
      },
    ]);
  });

  it("tells of splits and arms that are not there", () => {
    const stable = deployment(Classifier).bind();
    const divided = deployment(Divided).bind(
      split(
        { stable, canary: deployment(Classifier).bind() },
        { name: "Models", weights: { stable: 1, canary: 0 } },
      ),
    );
    const traffic = {
      Models: { weights: { stable: 0.5, canery: 0.5 }, shadow: { next: 1 } },
      Model: { weights: { stable: 1 } },
    };
    expect(checkApplication({ traffic }, divided)).toEqual([
      {
        path: ["traffic", "Models", "weights", "canery"],
        message: '"canery" is no arm of the split; did you mean canary?',
      },
      {
        path: ["traffic", "Models", "shadow", "next"],
        message: '"next" is no shadow of the split; it has none',
      },
      {
        path: ["traffic", "Model"],
        message: '"Model" is no split of the application; did you mean Models?',
      },
    ]);
  });
});
