import type { EngineObserver } from "../../src/engine/engine.ts";
import type { TaskSurroundings } from "../../src/engine/task-surroundings.ts";

/** Wants to know nothing. */
export const SILENT: EngineObserver = { attemptStarted() {}, attemptFinished() {}, cycleEnded() {} };

/** Puts nothing around tasks. */
export const NO_SURROUNDINGS: TaskSurroundings = { prepare: () => Promise.resolve([]) };
