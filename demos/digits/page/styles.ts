export const STYLES = `
:root {
  --page: #f5f6f8; --card: #fff; --text: #161922; --muted: #596273; --line: #dfe3ea;
  --track: #eceef3; --faint: #a9b1c1; --accent: #4f46e5; --ink: #161922; --bad: #b42318; --bad-card: #fef3f2;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1217; --card: #181c24; --text: #e9ebf1; --muted: #9aa3b5; --line: #2b313d;
    --track: #252b36; --faint: #5f6a7e; --accent: #8d8bff; --ink: #f3f4f8; --bad: #ff9c92; --bad-card: #33191a;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); }
main {
  display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); gap: 1.25rem 1.5rem;
  max-width: 60rem; margin: 0 auto; padding: clamp(1rem, 4vh, 3rem) 1.25rem 2rem;
}
header, footer { grid-column: 1 / -1; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.9rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.02em; }
p { margin: 0; }
header p, footer { color: var(--muted); }

.pad { position: relative; }
canvas {
  display: block; width: 100%; aspect-ratio: 1; background: var(--card); color: var(--ink);
  border: 1px solid var(--line); border-radius: 1.25rem; cursor: crosshair; touch-action: none;
  -webkit-user-select: none; user-select: none; box-shadow: 0 1px 2px rgb(0 0 0 / 5%), 0 8px 24px rgb(0 0 0 / 5%);
}
.hint {
  position: absolute; inset: 0; display: grid; place-items: center; pointer-events: none;
  font-size: clamp(3rem, 11vw, 6rem); font-weight: 600; letter-spacing: -0.03em; color: var(--track);
}
canvas.used + .hint { visibility: hidden; }
.tools { display: flex; gap: 0.5rem; margin-top: 0.75rem; }
.examples { flex: 1; display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 0.3rem; }
button {
  padding: 0; border: 1px solid var(--line); border-radius: 0.6rem; background: var(--card); color: var(--text);
  font: inherit; cursor: pointer; min-height: 2.75rem;
}
button:hover { border-color: var(--accent); color: var(--accent); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
#clear { padding: 0 1rem; font-weight: 600; }
svg { display: block; height: 1.5rem; max-width: 80%; margin: 0 auto; fill: none; stroke: currentColor; stroke-width: 13; stroke-linecap: round; stroke-linejoin: round; }

.answer {
  display: flex; flex-direction: column; gap: 0.75rem; padding: 1.25rem 1.5rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 5%), 0 8px 24px rgb(0 0 0 / 5%);
}
.verdict { display: flex; align-items: center; gap: 1.25rem; color: var(--muted); font-size: 1.125rem; font-variant-numeric: tabular-nums; }
#digit { min-width: 0.62em; font-size: 6rem; line-height: 1; font-weight: 700; letter-spacing: -0.03em; color: var(--track); }
#digit.known { color: var(--accent); }
#digit.known + #certainty { color: var(--text); }
ol { list-style: none; flex: 1; margin: 0; padding: 0; display: grid; gap: 0.4rem; font-variant-numeric: tabular-nums; }
li { display: grid; grid-template-columns: 1.25rem 1fr 3.75rem; align-items: center; gap: 0.5rem; color: var(--muted); line-height: 1.35; }
.name { font-weight: 600; }
.track { height: 0.9rem; border-radius: 0.45rem; background: var(--track); overflow: hidden; }
.bar {
  display: block; height: 100%; border-radius: inherit; background: var(--faint);
  transform: scaleX(var(--share, 0)); transform-origin: left; transition: transform 0.12s ease-out;
}
.share { text-align: right; font-size: 0.875rem; }
.winner { color: var(--text); }
.winner .share { font-weight: 600; }
.winner .bar { background: var(--accent); }
#problem { padding: 0.6rem 0.8rem; border-radius: 0.6rem; background: var(--bad-card); color: var(--bad); overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 3fr 4fr 2fr; gap: 0.5rem; margin: 0; padding-top: 0.9rem; border-top: 1px solid var(--line); }
dt { font-size: 0.8125rem; color: var(--muted); }
dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }

footer { display: grid; gap: 0.5rem; font-size: 0.9375rem; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 0.8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }

@media (max-width: 44rem) {
  main { grid-template-columns: minmax(0, 1fr); padding: 0.75rem 1rem 1.5rem; gap: 0.75rem; }
  h1 { font-size: 1.375rem; }
  .drawing { max-width: 26rem; width: 100%; margin: 0 auto; }
  .tools { gap: 0.25rem; }
  .examples { gap: 0.2rem; }
  #clear { padding: 0 0.6rem; }
  .answer { padding: 0.9rem 1rem; gap: 0.6rem; }
  .verdict { gap: 0.9rem; }
  #digit { font-size: 3.5rem; }
  /* Columns, so that pad and answer fit one screen. */
  ol { grid-template-columns: repeat(10, 1fr); gap: 0.4rem; }
  li { grid-template: 4.5rem auto / 1fr; justify-items: center; gap: 0.2rem; }
  .track { grid-row: 1; width: 100%; height: 100%; border-radius: 0.35rem; }
  .bar { transform: scaleY(var(--share, 0)); transform-origin: bottom; }
  .share { display: none; }
}
@media (prefers-reduced-motion: reduce) { .bar { transition: none; } }
`;
