import { nativeOf, PatchedRequest } from "./light-request.ts";
import { LightResponse } from "./light-response.ts";

/** Gives this thread the light classes in the place of Node's own. They behave alike. */
export function installLightFetch(): void {
  const { fetch } = globalThis;
  globalThis.Response = LightResponse as unknown as typeof Response;
  globalThis.Request = PatchedRequest;
  globalThis.fetch = (input, init) => fetch(nativeOf(input), init);
}
