import { afterAll, expect, test } from "vitest";
import { useServer } from "../support/use-server.ts";
import { describeOrSkip } from "./describe-or-skip.ts";
import { TerraformWorkspace } from "./terraform-workspace.ts";

const CHANGED = "-var=changed=true";
const RESOURCE_COUNT = 19;

/**
 * Members that the provider fills differently when it imports, whatever the service says: one is its own setting,
 * and the queue's environments it reads into a member of its past.
 */
const OWN_TO_IMPORTS = ["deregister_on_new_revision", "compute_environments", "compute_environment_order"];

const workspace = new TerraformWorkspace();
const missing = await workspace.findMissing();
if (missing !== undefined) workspace[Symbol.dispose]();
describeOrSkip("Terraform's AWS provider", missing, () => {
  const used = useServer({ flags: ["--bare"] });
  afterAll(() => workspace[Symbol.dispose]());

  test("makes, changes, imports and destroys environments, queues, definitions and policies", async () => {
    const { url } = used.server;
    process.stdout.write(`hashicorp/aws ${workspace.providerVersion()}\n`);

    const made = await workspace.plan(url);
    expect(made.map(({ actions }) => actions.join())).toEqual(Array(RESOURCE_COUNT).fill("create"));
    await workspace.apply(url);
    expect(await workspace.plan(url)).toEqual([]);

    const changes = await workspace.plan(url, CHANGED);
    expect(changes.map(({ actions }) => actions.join())).toEqual(Array(RESOURCE_COUNT).fill("update"));
    await workspace.apply(url);
    expect(await workspace.plan(url, CHANGED)).toEqual([]);
    expect((await left()).definitions).toEqual(expect.arrayContaining(["kept:1", "kept:2"]));

    workspace.forget(await workspace.resources());
    const imports = await workspace.plan(url, CHANGED);
    expect(imports.length).toBe(RESOURCE_COUNT);
    const others = imports.filter(
      ({ isImported, changed }) => !isImported || changed.some((name) => !OWN_TO_IMPORTS.includes(name)),
    );
    expect(others).toEqual([]);
    await workspace.apply(url);
    expect(await workspace.plan(url, CHANGED)).toEqual([]);

    await workspace.plan(url, CHANGED, "-destroy");
    await workspace.apply(url);
    expect(await workspace.resources()).toEqual([]);
    expect(await left()).toEqual({ definitions: [], environments: [], queues: [], policies: [] });
  });

  /** What the service still has, ACTIVE definitions among it. */
  async function left() {
    const { jobDefinitions = [] } = await used.batch.describeJobDefinitions({ status: "ACTIVE" });
    const { computeEnvironments: environments } = await used.batch.describeComputeEnvironments({});
    const { jobQueues: queues } = await used.batch.describeJobQueues({});
    const { schedulingPolicies: policies } = await used.batch.listSchedulingPolicies({});
    const definitions = jobDefinitions.map(
      ({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`,
    );
    return { definitions, environments, queues, policies };
  }
});
