import type { Scenario } from "../scenario.ts";
import { ARRAYS } from "./arrays.ts";
import { BURST } from "./burst.ts";
import { CHANGES } from "./changes.ts";
import { CHAINS } from "./chains.ts";
import { DAY } from "./day.ts";
import { FAIR_SHARE } from "./fair-share.ts";
import { FAULTS } from "./faults.ts";
import { GANGS } from "./gangs.ts";
import { SPOT } from "./spot.ts";
import { STEADY } from "./steady.ts";

const ALL = [STEADY, BURST, ARRAYS, CHAINS, GANGS, SPOT, FAIR_SHARE, FAULTS, CHANGES, DAY];

/** Every scenario, by name. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  ALL.map((scenario) => [scenario.name, scenario]),
);
