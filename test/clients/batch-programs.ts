import { PythonEnvironment } from "./python-environment.ts";

/** Programs that people use on top of Batch: some 400 MB. */
export const PROGRAMS = new PythonEnvironment("batch-programs", "programs.txt", 900);
