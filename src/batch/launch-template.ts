import type { LaunchTemplateSpecification, LaunchTemplateSpecificationOverride } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { InstanceCatalogue } from "./instance-catalogue.ts";
import { isInstanceTypeBundle } from "./instance-type.ts";
import { Refusal } from "./refusal.ts";

const LAUNCH_TEMPLATE_OVERRIDES_MAX = 10;

/** A launch template as it is kept: empty members count as absent. With nothing left it is absent itself. */
export function normaliseLaunchTemplate(
  template: LaunchTemplateSpecification | undefined,
): LaunchTemplateSpecification | undefined {
  if (template === undefined) return undefined;
  const named = normaliseNames(template);
  const overrides = (template.overrides ?? []).map((override) => normaliseNames(override));
  if (namesGiven(named) === 0 && overrides.length === 0) return undefined;
  return { ...named, overrides: overrides.length === 0 ? undefined : overrides };
}

/**
 * Checks a normalised launch template against the environment's `instanceTypes` (specification 5.5).
 *
 * The texts are AWS's, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch).
 */
export function checkLaunchTemplate(
  template: LaunchTemplateSpecification | undefined,
  instanceTypes: readonly string[],
  catalogue: InstanceCatalogue,
): Refusal | undefined {
  if (template === undefined) return undefined;
  const { overrides = [] } = template;
  if (namesGiven(template) === 2 || (namesGiven(template) === 0 && overrides.length === 0)) {
    return Refusal.wrapped(
      "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.overrides should be provided",
    );
  }
  if (overrides.length > LAUNCH_TEMPLATE_OVERRIDES_MAX) {
    return Refusal.wrapped(
      `LaunchTemplate.overrides size cannot be greater than ${LAUNCH_TEMPLATE_OVERRIDES_MAX}`,
    );
  }
  return (
    checkVersion(template.version) ??
    firstRefusal(overrides, (override) => checkOverride(override, instanceTypes, catalogue)) ??
    checkOverlap(overrides, catalogue)
  );
}

const VERSION = /^([0-9]+|\$Default|\$Latest)$/;

type TemplateName = Pick<LaunchTemplateSpecification, "launchTemplateId" | "launchTemplateName" | "version">;

function normaliseNames<Template extends TemplateName>(template: Template): Template {
  return {
    ...template,
    launchTemplateId: nonEmpty(template.launchTemplateId),
    launchTemplateName: nonEmpty(template.launchTemplateName),
    version: nonEmpty(template.version),
  };
}

function checkOverride(
  override: LaunchTemplateSpecificationOverride,
  instanceTypes: readonly string[],
  catalogue: InstanceCatalogue,
): Refusal | undefined {
  const { targetInstanceTypes = [], version } = override;
  if (namesGiven(override) !== 1) {
    return Refusal.wrapped(
      "LaunchTemplate.overrides should have either LaunchTemplateId or LaunchTemplateName",
    );
  }
  if (targetInstanceTypes.length === 0) {
    return Refusal.wrapped("LaunchTemplate.overrides.targetInstanceTypes[] is required");
  }
  return checkVersion(version) ?? checkTargets(targetInstanceTypes, instanceTypes, catalogue);
}

/** Targets are types and families that the environment launches, never bundles. */
function checkTargets(
  targets: readonly string[],
  instanceTypes: readonly string[],
  catalogue: InstanceCatalogue,
): Refusal | undefined {
  const launched = catalogue.expand(instanceTypes);
  return firstRefusal(targets, (target) => {
    const types = catalogue.expand([target]);
    const isLaunched = types.size > 0 && [...types].every((type) => launched.has(type));
    if (isLaunched && !isInstanceTypeBundle(target)) return undefined;
    return Refusal.wrapped("LaunchTemplate.overrides have targetInstanceTypes that do not match");
  });
}

/** No type may be meant twice, be it by its family. */
function checkOverlap(
  overrides: readonly LaunchTemplateSpecificationOverride[],
  catalogue: InstanceCatalogue,
): Refusal | undefined {
  const types = overrides
    .flatMap(({ targetInstanceTypes = [] }) => targetInstanceTypes)
    .flatMap((target) => [...catalogue.expand([target])]);
  if (new Set(types).size === types.length) return undefined;
  return Refusal.wrapped("LaunchTemplate.overrides have duplicate targetInstanceTypes");
}

function checkVersion(version: string | undefined): Refusal | undefined {
  if (version === undefined || VERSION.test(version)) return undefined;
  return Refusal.wrapped("LaunchTemplateVersion must be either empty or a number or $Default or $Latest");
}

function namesGiven({ launchTemplateId, launchTemplateName }: TemplateName): number {
  return [launchTemplateId, launchTemplateName].filter((name) => name !== undefined).length;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
