import { spawnSync } from "node:child_process";

/** What Docker's own command prints. */
export function runDocker(dockerHost: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("docker", ["--host", dockerHost, ...words], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`docker ${words.join(" ")}: ${stderr}`);
  return stdout.trim();
}
