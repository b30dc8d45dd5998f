import { statSync } from "node:fs";
import type { ServerConfig } from "./config.ts";

const OTHERS_READ_BITS = 0o044;

/** What whoever starts the server should know of how it is started, as sentences. */
export function startWarnings(
  { auth, credentialsFile }: Pick<ServerConfig, "auth" | "credentialsFile">,
  userId = process.getuid?.(),
): readonly string[] {
  const warnings: string[] = [];
  if (userId === 0 && auth === "none") {
    warnings.push(
      "the server runs as root and takes requests without a signature: whoever can connect to its port runs commands " +
        "as root. Start it as a user of its own, or with --auth sigv4 --credentials FILE",
    );
  }
  if (credentialsFile !== undefined && isOpenToOthers(credentialsFile)) {
    warnings.push(
      `${credentialsFile} can be read by other users of this machine: chmod 600 ${credentialsFile}`,
    );
  }
  return warnings;
}

function isOpenToOthers(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS_READ_BITS) !== 0;
}
