import { NO_RESOURCES } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import { Tally } from "./tally.ts";

/** What attempts under way hold of the host, and of each compute environment. */
export class LiveUsage {
  readonly #byEnvironment = new Map<string, Tally>();
  readonly #ofHost = new Tally();

  /** Changes with every attempt. */
  get ofHost(): Resources {
    return this.#ofHost;
  }

  /** Changes with every attempt. */
  ofEnvironment(computeEnvironmentArn: string): Resources {
    return this.#byEnvironment.get(computeEnvironmentArn) ?? NO_RESOURCES;
  }

  take(computeEnvironmentArn: string, resources: Resources): void {
    this.#ofHost.add(resources);
    let tally = this.#byEnvironment.get(computeEnvironmentArn);
    if (tally === undefined) {
      tally = new Tally();
      this.#byEnvironment.set(computeEnvironmentArn, tally);
    }
    tally.add(resources);
  }

  giveBack(computeEnvironmentArn: string, resources: Resources): void {
    this.#ofHost.subtract(resources);
    this.#byEnvironment.get(computeEnvironmentArn)?.subtract(resources);
  }

  forgetEnvironment(computeEnvironmentArn: string): void {
    this.#byEnvironment.delete(computeEnvironmentArn);
  }
}
