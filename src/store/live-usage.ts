import { addResources, NO_RESOURCES, subtractResources } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";

/** What attempts under way hold of the host, and of each compute environment. */
export class LiveUsage {
  readonly #byEnvironment = new Map<string, Resources>();
  #ofHost = NO_RESOURCES;

  get ofHost(): Resources {
    return this.#ofHost;
  }

  ofEnvironment(computeEnvironmentArn: string): Resources {
    return this.#byEnvironment.get(computeEnvironmentArn) ?? NO_RESOURCES;
  }

  take(computeEnvironmentArn: string, resources: Resources): void {
    this.#ofHost = addResources(this.#ofHost, resources);
    const used = this.ofEnvironment(computeEnvironmentArn);
    this.#byEnvironment.set(computeEnvironmentArn, addResources(used, resources));
  }

  giveBack(computeEnvironmentArn: string, resources: Resources): void {
    this.#ofHost = subtractResources(this.#ofHost, resources);
    const used = this.ofEnvironment(computeEnvironmentArn);
    this.#byEnvironment.set(computeEnvironmentArn, subtractResources(used, resources));
  }

  forgetEnvironment(computeEnvironmentArn: string): void {
    this.#byEnvironment.delete(computeEnvironmentArn);
  }
}
