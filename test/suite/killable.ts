import type { Platform, ReplicaConnection } from "../../src/index.ts";

/** A platform whose replicas can be ended from outside, by their id. */
export function killable<Code, C extends ReplicaConnection>(
  platform: Platform<Code, C>,
): { readonly platform: Platform<Code, C>; kill(replicaId: string): Promise<void> } {
  const connections = new Map<string, C>();
  const start: typeof platform.spawner.start = async (spec, ...rest) => {
    const connection = await platform.spawner.start(spec, ...rest);
    connections.set(spec.replicaId, connection);
    return connection;
  };
  return {
    platform: { ...platform, spawner: { ...platform.spawner, start } },
    kill: async (replicaId) => {
      const connection = connections.get(replicaId);
      if (!connection) throw new Error(`no replica ${replicaId} was started`);
      await connection.stop();
    },
  };
}
