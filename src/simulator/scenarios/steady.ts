import type { Scenario } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

export const STEADY: Scenario = {
  ...PLAIN,
  name: "steady",
  about: "single jobs come one by one, and there is room for most of them",
  size: { jobCount: 2_000, instanceCount: 40, hours: 4 },
};
