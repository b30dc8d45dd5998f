import { configureGlobal } from "fast-check";

/**
 * Property tests draw the same values in every run, so that nothing random decides whether work lands. With FC_SEED in
 * the environment they draw others, which is how to look for what is not known yet.
 */
configureGlobal({ seed: Number(process.env["FC_SEED"] ?? 20_161_110) });
