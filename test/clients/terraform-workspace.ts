import { cpSync, globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runProgram } from "./run-program.ts";
import type { CommandResult } from "./run-program.ts";

const CONFIGURATION = join(import.meta.dirname, "terraform");
/** Where machines that have no network keep providers, in the layout of Terraform's mirrors. */
const MIRRORS = "/{opt,usr/share,usr/local/share,usr/local/lib}/*/registry.terraform.io/hashicorp/aws";
const COMMAND_PATIENCE_MS = 600_000;

/** All at once: whatever is made or changed is first looked at half a minute later. */
const PARALLELISM = "-parallelism=40";

/** What a plan does with one resource. */
export interface PlannedChange {
  readonly address: string;
  readonly actions: readonly string[];
  readonly isImported: boolean;
  /** The members that would be another. */
  readonly changed: readonly string[];
}

export interface ManagedResource {
  readonly address: string;
  readonly values: { readonly id: string };
}

interface ShownPlan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly mode: "managed" | "data";
    readonly change: {
      readonly actions: readonly string[];
      readonly before: Readonly<Record<string, unknown>> | null;
      readonly after: Readonly<Record<string, unknown>> | null;
      readonly importing?: unknown;
    };
  }[];
}

interface ShownState {
  readonly values?: {
    readonly root_module: {
      readonly resources?: readonly (ManagedResource & { readonly mode: "managed" | "data" })[];
    };
  };
}

/** A working folder of Terraform with our configuration, and the provider where there is one. */
export class TerraformWorkspace implements Disposable {
  readonly #folder = temporaryFolder();

  constructor() {
    cpSync(CONFIGURATION, this.#folder.path, { recursive: true });
  }

  /** Why Terraform or its provider cannot be had, in a line; undefined once they are there. */
  async findMissing(): Promise<string | undefined> {
    let missing: string | undefined;
    const mirrors = globSync(MIRRORS).map((path) => `-plugin-dir=${join(path, "../../..")}`);
    for (const words of [[], ...mirrors.map((mirror) => [mirror])]) {
      try {
        const { exitCode, errorOutput } = await this.run("", "init", ...words);
        if (exitCode === 0) return undefined;
        missing ??= `terraform init: ${errorOutput.replaceAll(/\s+/g, " ").trim().slice(0, 300)}`;
      } catch (error) {
        return `terraform does not run: ${String(error)}`;
      }
    }
    return missing;
  }

  async run(endpoint: string, command: string, ...words: readonly string[]): Promise<CommandResult> {
    const ours = Object.entries(process.env).filter(([name]) => !/^AWS_|^TF_VAR_/.test(name));
    const env = {
      ...Object.fromEntries(ours),
      TF_IN_AUTOMATION: "1",
      CHECKPOINT_DISABLE: "1",
      TF_VAR_endpoint: endpoint,
    };
    const args = [command, "-no-color", ...words];
    return runProgram("terraform", args, { env, cwd: this.#folder.path, timeout: COMMAND_PATIENCE_MS });
  }

  /** Does what was planned last; fails with what Terraform says. */
  async apply(endpoint: string): Promise<void> {
    const { exitCode, errorOutput } = await this.run(endpoint, "apply", PARALLELISM, "plan");
    if (exitCode !== 0) throw new Error(errorOutput);
  }

  /** What applying would change; nothing where the plan is empty. */
  async plan(endpoint: string, ...words: readonly string[]): Promise<readonly PlannedChange[]> {
    const planned = await this.run(endpoint, "plan", "-out=plan", PARALLELISM, ...words);
    if (planned.exitCode !== 0) throw new Error(planned.errorOutput);
    const { output } = await this.run(endpoint, "show", "-json", "plan");
    const { resource_changes: changes = [] } = JSON.parse(output) as ShownPlan;
    return changes.flatMap(({ address, mode, change: { actions, before, after, importing } }) => {
      if (mode === "data" || (actions[0] === "no-op" && importing === undefined)) return [];
      const members = Object.keys({ ...before, ...after });
      const changed = members.filter(
        (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
      );
      return [{ address, actions, isImported: importing !== undefined, changed }];
    });
  }

  /** The resources that it knows of. */
  async resources(): Promise<readonly ManagedResource[]> {
    const { output } = await this.run("", "show", "-json");
    const { values } = JSON.parse(output) as ShownState;
    return values?.root_module.resources?.filter(({ mode }) => mode === "managed") ?? [];
  }

  /** Makes it forget all its resources and want to import them. */
  forget(resources: readonly ManagedResource[]): void {
    const blocks = resources.map(
      ({ address, values }) => `import {\n  to = ${address}\n  id = ${JSON.stringify(values.id)}\n}\n`,
    );
    writeFileSync(join(this.#folder.path, "imports.tf"), blocks.join("\n"));
    renameSync(join(this.#folder.path, "terraform.tfstate"), join(this.#folder.path, "forgotten.tfstate"));
  }

  /** The provider's version that was chosen. */
  providerVersion(): string | undefined {
    return /version += "(.+)"/.exec(
      readFileSync(join(this.#folder.path, ".terraform.lock.hcl"), "utf8"),
    )?.[1];
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
