import type { DatabaseSync } from "node:sqlite";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { LogGroup } from "../../batch/log-stream.ts";
import type { StoredSecret } from "../../batch/secret.ts";
import { ChildJobLists } from "./child-job-lists.ts";
import { ChildJobWrites } from "./child-job-writes.ts";
import { ConsumableJobTable } from "./consumable-job-table.ts";
import { EventTable } from "./event-table.ts";
import { InstanceTable } from "./instance-table.ts";
import { JobDefinitionTable } from "./job-definition-table.ts";
import { JobListIndex } from "./job-list-index.ts";
import { JobLists } from "./job-lists.ts";
import { JobReads } from "./job-reads.ts";
import { JobWrites } from "./job-writes.ts";
import { LatestOutcomes } from "./latest-outcomes.ts";
import { LogStreamTable } from "./log-stream-table.ts";
import { NamedTable } from "./named-table.ts";
import { NumberedTexts } from "./numbered-texts.ts";
import { PlainResourceTables } from "./plain-resource-tables.ts";
import { ServiceJobTable } from "./service-job-table.ts";
import { SettingTable } from "./setting-table.ts";
import { ShareUsageTable } from "./share-usage-table.ts";

/** What reads and writes one open database, each kind of thing for itself. */
export class Tables {
  readonly texts: NumberedTexts;
  readonly settings: SettingTable;
  readonly computeEnvironments: NamedTable<ComputeEnvironment>;
  readonly jobQueues: NamedTable<JobQueue>;
  readonly shareUsages: ShareUsageTable;
  readonly jobDefinitions: JobDefinitionTable;
  readonly instances: InstanceTable;
  readonly jobListIndex: JobListIndex;
  readonly jobWrites: JobWrites;
  readonly childJobWrites: ChildJobWrites;
  readonly jobReads: JobReads;
  readonly jobLists: JobLists;
  readonly childJobLists: ChildJobLists;
  readonly logGroups: NamedTable<LogGroup>;
  readonly logStreams: LogStreamTable;
  readonly events: EventTable;
  readonly plainResources: PlainResourceTables;
  readonly serviceJobs: ServiceJobTable;
  readonly consumableJobs: ConsumableJobTable;
  readonly secrets: NamedTable<StoredSecret>;

  constructor(database: DatabaseSync) {
    this.texts = new NumberedTexts(database);
    this.settings = new SettingTable(database);
    this.computeEnvironments = new NamedTable(database, "compute_environments");
    this.jobQueues = new NamedTable(database, "job_queues");
    this.shareUsages = new ShareUsageTable(database);
    this.jobDefinitions = new JobDefinitionTable(database);
    this.instances = new InstanceTable(database);
    this.jobListIndex = new JobListIndex(database);
    this.consumableJobs = new ConsumableJobTable(database);
    this.jobWrites = new JobWrites(database, this.texts, this.jobListIndex, this.consumableJobs);
    this.childJobWrites = new ChildJobWrites(database, this.texts);
    this.jobReads = new JobReads(database, this.texts);
    const outcomes = new LatestOutcomes(database);
    this.jobLists = new JobLists(database, this.texts, this.jobListIndex, outcomes);
    this.childJobLists = new ChildJobLists(database, this.texts, outcomes);
    this.logGroups = new NamedTable(database, "log_groups");
    this.logStreams = new LogStreamTable(database);
    this.events = new EventTable(database);
    this.plainResources = new PlainResourceTables(database);
    this.serviceJobs = new ServiceJobTable(database);
    this.secrets = new NamedTable(database, "secrets");
  }

  /** Drops what is remembered of the database, as after a transaction that was rolled back. */
  forget(): void {
    this.texts.forgetAll();
    this.jobListIndex.forget();
    this.events.forget();
  }
}
