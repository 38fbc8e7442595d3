import { describe, expect, it } from "vitest";
import type { Answer } from "../../demos/digits/classifier.ts";
import { SAMPLES, type Sample, STROKES } from "./samples.ts";

const PNG = { "content-type": "image/png" };

export async function ask(url: string, { png }: Sample): Promise<Answer> {
  const response = await fetch(`${url}/predict`, { method: "POST", headers: PNG, body: png });
  expect(response.status).toBe(200);
  return response.json() as Promise<Answer>;
}

/** What holds over HTTP on every host. */
export function apiSuite(url: () => string): void {
  it("GET / is the page to draw on", async () => {
    const response = await fetch(url());
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toContain('<canvas id="pad"');
  });

  it.each(SAMPLES)("$name is a $digit", async (sample) => {
    const answer = await ask(url(), sample);
    expect(answer).toEqual({
      digit: sample.digit,
      probabilities: expect.objectContaining({ length: 10 }),
      backend: "wasm",
    });
    expect(answer.probabilities.reduce((sum, share) => sum + share)).toBeCloseTo(1, 4);
  });

  it("reads 90 of 100 drawings right at least", async () => {
    const answers = await Promise.all(STROKES.map((sample) => ask(url(), sample)));
    const right = answers.filter(({ digit }, i) => digit === STROKES[i]?.digit);
    expect(STROKES).toHaveLength(100);
    expect(right.length).toBeGreaterThanOrEqual(90);
  });

  it("takes a PNG whatever its content type says", async () => {
    const body = SAMPLES[7]?.png ?? null;
    const response = await fetch(`${url()}/predict`, { method: "POST", body });
    expect(await response.json()).toMatchObject({ digit: 7 });
  });

  describe("refuses with one clear line", () => {
    const half = SAMPLES[7]?.png.slice(0, 300) ?? null;
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70);
    const cases: [
      name: string,
      init: RequestInit & { path: string },
      status: number,
      message: RegExp,
    ][] = [
      ["an empty body", { path: "/predict", method: "POST" }, 400, /empty; send a PNG/],
      ["text", { path: "/predict", method: "POST", body: "seven" }, 422, /not a PNG.*send a PNG/],
      ["a JPEG", { path: "/predict", method: "POST", body: jpeg }, 422, /not a PNG/],
      ["half a PNG", { path: "/predict", method: "POST", body: half }, 422, /cut short/],
      [
        "100 MB",
        { path: "/predict", method: "POST", body: new Uint8Array(100e6) },
        413,
        /exceeds \d+ bytes/,
      ],
      ["GET /predict", { path: "/predict" }, 405, /only POST/],
      ["DELETE /", { path: "/", method: "DELETE" }, 405, /only GET, HEAD/],
      ["an unknown path", { path: "/nowhere" }, 404, /nothing is at \/nowhere/],
    ];
    it.each(cases)("%s", async (_name, { path, ...init }, status, message) => {
      const response = await fetch(`${url()}${path}`, init);
      const text = await response.text();
      expect([response.status, text]).toEqual([status, expect.stringMatching(message)]);
      expect(JSON.parse(text)).toEqual({
        error: { code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) },
      });
      expect(text).not.toMatch(/\n|\.ts\b|\bat \S+:\d/);
      if (status === 405) expect(response.headers.get("allow")).toBeTruthy();
    });
  });
}
