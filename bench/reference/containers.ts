import type { EngineApi } from "./engine-api.ts";

/** How many containers a second are made, started, waited for and removed, so many at a time. */
export async function containersPerSecond(
  engine: EngineApi,
  container: object,
  { count, atOnce }: { readonly count: number; readonly atOnce: number },
): Promise<number> {
  let begunCount = 0;
  const runInTurns = async (): Promise<void> => {
    while (begunCount < count) {
      begunCount += 1;
      const id = await engine.create(container);
      await engine.start(id);
      await engine.wait(id);
      await engine.remove(id);
    }
  };
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, runInTurns));
  return (count * 1000) / (performance.now() - startedAtMs);
}
