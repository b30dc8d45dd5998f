import { defineConfig } from "vitest/config";

/** Projects by what a test needs: `.test.ts` needs nothing, the other suffixes name what must be there. */
export default defineConfig({
  test: {
    // Most of what takes long waits for jobs: two files at once, also where there are two cores.
    maxWorkers: 2,
    reporters: ["default", "./test/support/total-reporter.ts"],
    projects: [
      {
        test: {
          setupFiles: ["./test/support/fixed-seed.ts"],
          name: "unit",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["process", "client", "docker", "program", "simulation"].map(
            (need) => `**/*.${need}.test.ts`,
          ),
        },
      },
      {
        test: {
          setupFiles: ["./test/support/fixed-seed.ts"],
          name: "process",
          include: ["src/**/*.process.test.ts", "test/**/*.process.test.ts"],
          testTimeout: 60_000,
          // These share two noisy cores with whatever else runs: a test that fails is tried once more, and says so.
          retry: 1,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          setupFiles: ["./test/support/fixed-seed.ts"],
          name: "client",
          include: ["test/**/*.client.test.ts"],
          testTimeout: 180_000,
          retry: 1,
          hookTimeout: 180_000,
        },
      },
      {
        // Fixed seeds of the simulator; `npm run simulate` runs fresh ones.
        test: {
          name: "simulation",
          include: ["test/simulation/**/*.simulation.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        // A command of its own, `npm run test:clients`, for it takes minutes.
        test: {
          setupFiles: ["./test/support/fixed-seed.ts"],
          name: "clients",
          include: ["test/**/*.program.test.ts"],
          testTimeout: 1_800_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          setupFiles: ["./test/support/fixed-seed.ts"],
          globalSetup: ["./test/support/docker-setup.ts"],
          name: "docker",
          include: ["src/**/*.docker.test.ts", "test/**/*.docker.test.ts"],
          testTimeout: 120_000,
          retry: 1,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
