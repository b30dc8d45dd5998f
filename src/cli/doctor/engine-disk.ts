import { join, resolve } from "node:path";
import { formatBytes } from "../../lib/format-bytes.ts";
import { decideDisk } from "../../providers/disk-room.ts";
import { measureFolder } from "../../providers/disk-watch.ts";
import type { FoundEngine } from "../../providers/docker/find-engine.ts";
import { localDataRoot } from "../../providers/docker/docker-disk.ts";
import { pulledImageBytes } from "../../providers/docker/image-eviction.ts";
import { readPulledImages } from "../../providers/docker/pulled-images.ts";
import type { Finding } from "./finding.ts";

/** The engine looks through all of its disk: who asks does not wait for long. */
const MEASURE_MS_MAX = 10_000;

/** What is free where the engine has its images, and what those take that jobs had pulled; undefined on another machine. */
export async function lookAtEngineDisk(
  { engine, description }: Pick<FoundEngine, "engine" | "description">,
  dataDir: string,
): Promise<Finding | undefined> {
  const name = "engine disk";
  const path = localDataRoot(description);
  const room = path === undefined ? undefined : await measureFolder({ path, hasImages: true });
  if (room === undefined) return undefined;
  const imageBytes = await measureImages(engine, resolve(dataDir));
  const images = imageBytes === 0 ? "" : `; images that jobs had pulled take ${formatBytes(imageBytes)}`;
  const text = `${formatBytes(room.freeBytes)} of ${formatBytes(room.totalBytes)} are free at ${room.path}${images}`;
  const { excessBytes, shortage } = decideDisk({ imageBytes, scratchBytes: 0, logBytes: 0 }, [room], {});
  if (shortage !== undefined) {
    const remedy = "Make room, with `docker system prune` for example, or lower --disk-reserve: jobs wait.";
    return { name, verdict: "missing", text, remedy };
  }
  if (excessBytes === 0) return { name, verdict: "good", text };
  return { name, verdict: "poor", text, remedy: "Make room: the server removes images that no job uses." };
}

/** 0 where there are none, or the engine does not say in time. */
async function measureImages(engine: FoundEngine["engine"], dataDir: string): Promise<number> {
  const pulled = readPulledImages(join(dataDir, "docker"));
  if (pulled.length === 0) return 0;
  try {
    const { images, layerBytes } = await engine.measureDisk(AbortSignal.timeout(MEASURE_MS_MAX));
    return pulledImageBytes(images, pulled, layerBytes);
  } catch {
    return 0;
  }
}
