import type { EngineApi } from "./engine-api.ts";

/**
 * Milliseconds until so many containers run on a network made for them: the first by itself, then all others at once, since
 * they are told its address. All of it is removed again.
 */
export async function gangStartMs(
  engine: EngineApi,
  container: object,
  { network, count }: { readonly network: string; readonly count: number },
): Promise<number> {
  const onNetwork = { ...container, HostConfig: { NetworkMode: network } };
  const startOne = async (): Promise<string> => {
    const id = await engine.create(onNetwork);
    await engine.start(id);
    return id;
  };
  const startedAtMs = performance.now();
  await engine.createNetwork(network);
  const main = await startOne();
  const others = await Promise.all(Array.from({ length: count - 1 }, startOne));
  const tookMs = performance.now() - startedAtMs;
  await Promise.all([main, ...others].map((id) => engine.removeRunning(id)));
  await engine.removeNetwork(network);
  return tookMs;
}
