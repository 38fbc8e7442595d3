/** Whether a host, with its port, can only be the machine itself. */
export function isLoopback(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  // The URL has numbers in one way of writing them.
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(`http://${host}`).hostname);
}
