import * as z from "zod/mini";

const LEVEL = 'must be "debug", "info", "warn", "error" or "off"';

/** `LoggingOptions`. */
export const LOGGING = z.strictObject(
  {
    level: z.optional(z.enum(["debug", "info", "warn", "error", "off"], { error: LEVEL })),
    format: z.optional(z.enum(["text", "json"], { error: 'must be "text" or "json"' })),
    accessLog: z.optional(z.boolean({ error: "must be true or false" })),
  },
  { error: "must be an object with level, format, accessLog" },
);
