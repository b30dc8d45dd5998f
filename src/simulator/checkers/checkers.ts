import type { CreateChecker } from "../checker.ts";
import { checkAcknowledgedJobs } from "./acknowledged-jobs.ts";
import { checkArrays } from "./arrays.ts";
import { checkAttempts } from "./attempts.ts";
import { checkCapacity } from "./capacity.ts";
import { checkConsumables } from "./consumables.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkEnvironments } from "./environments.ts";
import { checkEvents } from "./events.ts";
import { checkFairShare } from "./fair-share.ts";
import { checkGangs } from "./gangs.ts";
import { checkLifeCycle } from "./life-cycle.ts";
import { checkLiveState } from "./live-state.ts";
import { checkOrder } from "./order.ts";
import { checkWaiting } from "./waiting.ts";

/** Every checker, by the name under which it tells what it finds. */
export const CHECKERS = {
  "acknowledged-jobs": checkAcknowledgedJobs,
  arrays: checkArrays,
  attempts: checkAttempts,
  capacity: checkCapacity,
  consumables: checkConsumables,
  dependencies: checkDependencies,
  environments: checkEnvironments,
  events: checkEvents,
  "fair-share": checkFairShare,
  gangs: checkGangs,
  "life-cycle": checkLifeCycle,
  "live-state": checkLiveState,
  order: checkOrder,
  waiting: checkWaiting,
} satisfies Readonly<Record<string, CreateChecker>>;
