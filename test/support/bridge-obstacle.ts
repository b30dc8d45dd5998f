import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const FILTER_SWITCH = "/proc/sys/net/bridge/bridge-nf-call-iptables";

/**
 * Why containers in one network may not reach each other here: the tests' own engine makes no rules of a firewall, and an
 * engine beside it may have told that to let nothing through.
 */
export function findBridgeObstacle(): string | undefined {
  if ((process.env["BATCHYARD_TEST_DOCKER_HOST"] ?? "") !== "") return undefined;
  const isFiltered = existsSync(FILTER_SWITCH) && readFileSync(FILTER_SWITCH, "utf8").trim() === "1";
  if (!isFiltered) return undefined;
  const { stdout } = spawnSync("iptables", ["-S", "FORWARD"], { encoding: "utf8" });
  const isClosed = stdout.includes("-P FORWARD DROP");
  return isClosed ? "the firewall of this machine lets nothing through between containers" : undefined;
}
