import type { Runtime } from "../runtime.ts";
import { createChart } from "./chart.ts";
import { EXAMPLES } from "./examples.ts";
import { createPad } from "./pad.ts";
import { startPage } from "./start.ts";
import { STYLES } from "./styles.ts";

/** What the page's script is made of. */
export const parts = { createPad, createChart };

const HOSTS: Readonly<Record<Runtime, { name: string; note: string }>> = {
  node: { name: "Node.js", note: "The replicas are worker threads of the Node.js server." },
  workerd: { name: "workerd", note: "The replicas live in an isolate of a Cloudflare Worker." },
  browser: {
    name: "Browser",
    note: "The replicas are Web Workers of this page, a Service Worker answers its requests. Cut the network: it goes on.",
  },
};

/**
 * The page for servers that have no bundler: the script is the source text of functions, so each of them may use only
 * its arguments and what it declares itself.
 */
export function pageWithScript(runtime: Runtime): string {
  const own = Object.entries(parts).map(([name, part]) => `${name}: ${part}`);
  return page(runtime, `<script type="module">(${startPage})({ ${own.join(",\n")} });</script>`);
}

export function page(runtime: Runtime, script: string): string {
  const { name, note } = HOSTS[runtime];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Draw a digit and see which one isoserve reads.">
<title>Digits · isoserve</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<style>${STYLES}</style>
</head>
<body>
<main>
<header>
<h1>Draw a digit</h1>
<p>isoserve reads it while you draw.</p>
</header>
<section class="drawing" aria-label="Drawing">
<div class="pad">
<canvas id="pad" role="img" aria-label="Drawing area for the mouse, a finger or a pen"></canvas>
<p class="hint" aria-hidden="true">0 – 9</p>
</div>
<div class="tools">
<div class="examples" role="group" aria-label="Examples">${EXAMPLES.map(example).join("")}</div>
<button id="clear" type="button" aria-keyshortcuts="Escape" title="Escape">Clear</button>
</div>
</section>
<section class="answer" aria-label="Answer">
<p class="verdict" role="status"><span id="digit">?</span> <span id="certainty"></span></p>
<ol id="bars">${EXAMPLES.map(bar).join("")}</ol>
<p id="problem" role="alert" hidden></p>
<dl>
<div><dt>Runs in</dt><dd id="runtime">${name}</dd></div>
<div><dt>Backend</dt><dd id="backend">–</dd></div>
<div><dt>Latency</dt><dd id="latency">–</dd></div>
</dl>
</section>
<footer>
<p>${note}</p>
${runtime === "browser" ? "" : CURL}
</footer>
</main>
${script}
</body>
</html>
`;
}

const CURL = `<pre><code>curl --data-binary @demos/digits/samples/7.png -H 'content-type: image/png' <span id="address">/predict</span></code></pre>`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#4f46e5"/><path d="M10 10h12l-7 13" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

function example(path: string, digit: number): string {
  return `<button type="button" data-path="${path}" aria-label="Draw a ${digit}"><svg viewBox="-8 -6 116 152" aria-hidden="true"><path d="${path}"/></svg></button>`;
}

function bar(_path: string, digit: number): string {
  return `<li><span class="name">${digit}</span><span class="track"><span class="bar"></span></span><span class="share"></span></li>`;
}
