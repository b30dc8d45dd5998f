import { EngineRefusal } from "./docker-engine.ts";
import type { VersionAnswer } from "./engine-answers.ts";

/** The first version that has all that we ask for: Docker 19.03. */
const OLDEST = "1.40";
/** The newest whose answers we have read; what Docker 29 asks for at least. */
const NEWEST = "1.44";

/**
 * Chooses the version of the API to speak: the engine's own, as far as we know it.
 *
 * An engine that has dropped our newest is spoken to in its oldest: the little that we read has stayed the same.
 */
export function chooseApiVersion({ ApiVersion = "", MinAPIVersion = OLDEST }: VersionAnswer): string {
  if (compareVersions(ApiVersion, OLDEST) < 0) {
    throw new EngineRefusal(
      400,
      `the container engine must speak version ${OLDEST} of the API or later, it speaks "${ApiVersion}"`,
    );
  }
  const spoken = compareVersions(ApiVersion, NEWEST) < 0 ? ApiVersion : NEWEST;
  return compareVersions(spoken, MinAPIVersion) < 0 ? MinAPIVersion : spoken;
}

function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
