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
  /** By an environment's `instanceTypes`, which stay the same object when it only scales. */
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
    const { instanceTypes } = computeResources ?? {};
    if (computeResources === undefined || instanceTypes === undefined) return "exceeds-instance-types";
    let choice = this.#choices.get(instanceTypes);
    if (choice?.isFor(computeResources) !== true) {
      choice = new TypeChoice(computeResources, this.#catalogue, this.#market);
      this.#choices.set(instanceTypes, choice);
    }
    const chosen = choice.choose(need, nowMs);
    if (typeof chosen === "string") return chosen;
    return { instanceType: chosen.name, resources: chosen.usable };
  }

  shapesOf({ computeResources }: ComputeEnvironment): readonly InstanceShape[] {
    const groups = this.#catalogue.groups(computeResources?.instanceTypes ?? []);
    return groups.flat().map(({ name, usable }) => ({ instanceType: name, resources: usable }));
  }
}
