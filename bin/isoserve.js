#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `isoserve needs Node 22.18 or newer, this is ${process.versions.node}: install it, or run npm i -D node@24 in the project`,
  );
  process.exit(1);
}
const { main } = await import("../dist/adapters/node/cli/main.js");
await main(process.argv);
