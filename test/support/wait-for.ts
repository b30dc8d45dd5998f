const POLL_MS_MIN = 20;
/** Who has waited long can wait a little longer: asking costs the machine that is waited for. */
const POLL_MS_MAX = 250;
const POLL_SHARE = 1 / 20;
const PATIENCE_MS = 30_000;

/** Asks again and again until there is an answer; fails with what it was waiting for when patience runs out. */
export async function waitFor<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const beganAtMs = Date.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    const waitedMs = Date.now() - beganAtMs;
    if (waitedMs > patienceMs) throw new Error(`waited ${patienceMs / 1000} s in vain for ${what}`);
    const pollMs = Math.min(POLL_MS_MAX, Math.max(POLL_MS_MIN, waitedMs * POLL_SHARE));
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
