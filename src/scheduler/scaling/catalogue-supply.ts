import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { InstanceCatalogue } from "../../batch/instance-catalogue.ts";
import { createSpotMarket } from "../../batch/spot-market.ts";
import type { SpotMarket } from "../../batch/spot-market.ts";
import type { WaitReason } from "../wait-reason.ts";
import { TypeChoice } from "./choose-instance-type.ts";
import type { InstanceNeed, InstanceShape, InstanceSupply } from "./instance-supply.ts";

/** Instances of the types of a catalogue, as many as are asked for. */
export class CatalogueSupply implements InstanceSupply {
  readonly bootMs: number;
  readonly #catalogue: InstanceCatalogue;
  readonly #market: SpotMarket;
  /** By the resources of an environment, which are another object once they change. */
  readonly #choices = new WeakMap<object, TypeChoice>();

  constructor(catalogue: InstanceCatalogue, bootMs: number, market = createSpotMarket()) {
    this.#catalogue = catalogue;
    this.bootMs = bootMs;
    this.#market = market;
  }

  choose(
    { computeResources }: ComputeEnvironment,
    need: InstanceNeed,
    nowMs: number,
  ): InstanceShape | WaitReason {
    if (computeResources === undefined) return "exceeds-instance-types";
    let choice = this.#choices.get(computeResources);
    if (choice === undefined) {
      choice = new TypeChoice(computeResources, this.#catalogue, this.#market);
      this.#choices.set(computeResources, choice);
    }
    const chosen = choice.choose(need, nowMs);
    if (typeof chosen === "string") return chosen;
    return { instanceType: chosen.name, resources: chosen.usable };
  }
}
