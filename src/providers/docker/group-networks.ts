import { OWNER_LABEL } from "./docker-spec.ts";
import type { EngineLink } from "./engine-link.ts";

export interface GroupNetworkOptions {
  readonly link: EngineLink;
  readonly owner: string;
  /** What the network of a task that is alone is. */
  readonly network: string;
  readonly askMsMax: number;
}

const GROUP_LABEL = "batchyard.group";
/** What names of networks are made of: https://docs.docker.com/reference/api/engine/ */
const NOT_IN_NAMES = /[^a-zA-Z0-9_.-]/g;

/** Networks in which the tasks of a group reach each other: a bridge for each group, there while it has tasks. */
export class GroupNetworks {
  readonly #options: GroupNetworkOptions;
  readonly #tasks = new Map<string, Set<string>>();
  /** One look for all who ask at the same time. */
  readonly #found = new Map<string, Promise<void>>();

  constructor(options: GroupNetworkOptions) {
    this.#options = options;
  }

  /**
   * The network of a group. Whatever else was chosen serves its tasks as it is; only where tasks would have none, or the
   * one that all of them share, they get one of their own.
   */
  nameOf(groupId: string): string {
    const { network } = this.#options;
    return this.#isOwn() ? `batchyard-group-${groupId.replaceAll(NOT_IN_NAMES, "_")}` : network;
  }

  add(groupId: string, taskId: string): void {
    this.#tasks.set(groupId, (this.#tasks.get(groupId) ?? new Set()).add(taskId));
  }

  /** Answers the network that nobody needs any more, if that is so. */
  release(groupId: string, taskId: string): string | undefined {
    const tasks = this.#tasks.get(groupId);
    tasks?.delete(taskId);
    if (tasks === undefined || tasks.size > 0) return undefined;
    this.#tasks.delete(groupId);
    this.#found.delete(groupId);
    return this.#isOwn() ? this.nameOf(groupId) : undefined;
  }

  /** Makes it if it is missing. */
  ensure(groupId: string): Promise<void> {
    if (!this.#isOwn()) return Promise.resolve();
    const known = this.#found.get(groupId);
    if (known !== undefined) return known;
    const found = this.#make(groupId).catch((error: unknown) => {
      this.#found.delete(groupId);
      throw error;
    });
    this.#found.set(groupId, found);
    return found;
  }

  /** The engine may have lost any of them. */
  distrust(): void {
    this.#found.clear();
  }

  /** Those of groups that have no tasks any more. */
  async listUnused(): Promise<readonly string[]> {
    const { link, owner, askMsMax } = this.#options;
    const networks = await link.run(askMsMax, (engine, signal) =>
      engine.listNetworks(OWNER_LABEL, owner, signal),
    );
    return networks.flatMap(({ name, labels }) => {
      const groupId = labels[GROUP_LABEL];
      return groupId === undefined || this.#tasks.has(groupId) ? [] : [name];
    });
  }

  async #make(groupId: string): Promise<void> {
    const { link, owner, network, askMsMax } = this.#options;
    const labels = { [OWNER_LABEL]: owner, [GROUP_LABEL]: groupId };
    await link.run(askMsMax, (engine, signal) =>
      engine.ensureNetwork({ name: this.nameOf(groupId), labels, isInternal: network === "none" }, signal),
    );
  }

  #isOwn(): boolean {
    return this.#options.network === "none" || this.#options.network === "batchyard";
  }
}
