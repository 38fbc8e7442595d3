/**
 * Lets work go on, until what this returns is called, though the request that began it has ended: workerd would drop it
 * then, and whoever waits for it would wait in vain.
 */
export type KeepAlive = () => () => void;

/** Where nothing ends with a request. */
export const keepNothing: KeepAlive = () => nothing;

function nothing(): void {}
