import { deployment } from "isoserve";
import { Api } from "./api.ts";
import { Classifier } from "./classifier.ts";
import { Decoder } from "./decoder.ts";

const decoder = deployment(Decoder).bind();
const classifier = deployment(Classifier, { numReplicas: 2 }).bind();

/** The same on every platform; how each starts it is in node.ts, cloudflare.ts and browser.ts. */
export default deployment(Api).bind(decoder, classifier);
