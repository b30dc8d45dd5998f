import { isIPv4 } from "node:net";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import type { EngineAddress } from "./engine-address.ts";
import { EngineHttp } from "./engine-http.ts";

/** https://docs.docker.com/reference/api/engine/ */
interface NetworkAnswer {
  readonly Driver?: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Gateway?: string }[] | null };
}

/**
 * The IPv4 address that the engine's machine has on this network; undefined where the network is not there, or is no
 * bridge, or the engine is away.
 */
export async function findNetworkGateway(
  address: EngineAddress,
  network: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  using http = new EngineHttp(address);
  try {
    const path = `/networks/${encodeURIComponent(network)}`;
    const { Driver, IPAM } = (await http.json({ method: "GET", path, signal })) as NetworkAnswer;
    if (Driver !== "bridge") return undefined;
    const gateways = (IPAM?.Config ?? []).map(({ Gateway = "" }) => Gateway.replace(/\/.*$/, ""));
    return gateways.find((gateway) => isIPv4(gateway));
  } catch (error) {
    if (error instanceof EngineRefusal || error instanceof EngineAway) return undefined;
    throw error;
  }
}
