import { describe, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

describe("help", () => {
  test("of the program fits 80 columns and has the exit codes", async () => {
    const { output, exitCode } = await runCli(["--help"], { isTerminal: true });
    expect(exitCode).toBe(0);
    expect(output).toMatchInlineSnapshot(`
      "Usage: batchyard [options] [command]

      AWS Batch that you can run yourself: the server, and a command line for it and
      for AWS.

      Options:
        -v, --version                     show the version
        -h, --help                        show this help

      Commands:
        serve [options]                   Run the server
        run [options] [command...]        Run a job, follow it, end with its exit code
        submit [options] [command...]     Submit a job, print its id
        ls [options] [job]                List jobs
        describe [options] <job>          Tell the story of a job, and what to do next
        logs [options] <job>              Print or follow what a job writes
        cancel [options] <job...>         Cancel jobs that have not started
        terminate [options] <job...>      End jobs, whether they wait or run
        events [options]                  Show or follow what happens to jobs
        why [options] <job>               Tell why a job waits
        plan [options] [file]             Tell where a job would run
        top [options]                     Show queues and capacity, live
        reclaim [options] <instance>      Take a Spot instance back
        secret [options] <action> [name]  Keep secrets for jobs
        doctor [options]                  Look whether jobs can run on this machine
        version [options]                 Show the versions of program and server
        completion <shell>                Print a script for completion in a shell
        help [command]                    Show help, of a command if one is named

      A job is named by its id, the first or last characters of it, or a name that
      only one job has; JOB:3 is a child of an array, JOB#1 a node.

      Exit codes:
        0    done; run: the job SUCCEEDED, of an array all children
        1    not done: refused, not found, no server; run: the job FAILED without an
             exit code (it never started, was cancelled, lost its host, is an array)
        2    the command line is wrong
        130  run: Ctrl-C was pressed, whether the job was left or terminated
        143  run: SIGTERM came; the job was terminated
        and only from run, as from submit --wait:
        any  the job's own; 128 + N where signal N ended it (137 SIGKILL, also for
             memory; 143 SIGTERM, also for a time limit)
        125  batchyard itself could not submit or follow: elsewhere 1 or 2
      "
    `);
    expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
