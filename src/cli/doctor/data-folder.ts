import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Finding } from "./finding.ts";

const GIB = 1_073_741_824;
const FREE_GIB_MIN = 0.1;
const FREE_GIB_COMFORTABLE = 2;

/** Magic numbers of file systems over a network, as statfs(2) gives them: NFS, SMB, SMB2. */
const NETWORK_FILE_SYSTEMS = [0x69_69, 0x51_7b, 0xfe_53_4d_42];

/** Whether there is a place for the data, and room in it. */
export function lookAtDataFolder(dataDir: string): Finding {
  const name = "data folder";
  const folder = resolve(dataDir);
  const existing = nearestExisting(folder);
  const state = existing === folder ? folder : `${folder} (to be made)`;
  if (!isWritable(existing)) {
    const remedy =
      "Choose another with --data (environment: BATCHYARD_DATA), or make it this user's with chown.";
    return { name, verdict: "missing", text: `${state}: this user may not write to ${existing}`, remedy };
  }
  const { bavail, bsize, type } = statfsSync(existing);
  const freeGib = (bavail * bsize) / GIB;
  const text = `${state}, ${freeGib.toFixed(1)} GiB free`;
  if (freeGib < FREE_GIB_MIN) {
    return { name, verdict: "missing", text, remedy: "Make room, or choose another disk with --data." };
  }
  if (NETWORK_FILE_SYSTEMS.includes(type)) {
    const remedy = "Choose a local disk with --data: SQLite needs locks that network file systems lack.";
    return { name, verdict: "poor", text: `${text}, on a network file system`, remedy };
  }
  if (freeGib >= FREE_GIB_COMFORTABLE) return { name, verdict: "good", text };
  const remedy = "Make room, or lower --log-disk-limit: logs alone may take 10 GiB.";
  return { name, verdict: "poor", text, remedy };
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
