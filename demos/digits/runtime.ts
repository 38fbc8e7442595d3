export type Runtime = "node" | "workerd" | "browser";

/** Where this code runs. */
export function runtime(): Runtime {
  const { userAgent } = navigator;
  if (userAgent.startsWith("Node.js")) return "node";
  return userAgent === "Cloudflare-Workers" ? "workerd" : "browser";
}
