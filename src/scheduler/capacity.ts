import type { Resources } from "../batch/resources.ts";
import type { InstanceSupply } from "./scaling/instance-supply.ts";

/** What there is to be had besides what the live state knows. */
export interface Capacity {
  /** What the host can promise in all: vCPUs with the overcommit factor applied, memory less the reserve. */
  readonly host: Resources;
  /** Where instances come from. */
  readonly supply: InstanceSupply;
}
