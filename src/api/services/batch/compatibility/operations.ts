import type { BatchOperationName } from "../../../../model/batch.ts";
import type { LogsOperationName } from "../../../../model/logs.ts";
import type { StsOperationName } from "../../../../model/sts.ts";

/** For each operation the test that drives it, by AWS's own client. */
type Served<Name extends string> = Readonly<Record<Name, string>>;

const BULK = "bulk-endings.process";
const ENVIRONMENTS = "compute-environments.process";
const CONSUMABLES = "consumable-resources.process";
const DEFINITIONS = "job-definitions.process";
const QUEUES = "job-queues.process";
const POLICIES = "scheduling-policies.process";
const SERVICE = "service-jobs.process";
const SHARE = `${SERVICE}: is VALID at once, shown, changed and listed with the others of its queue`;
const SHARE_DELETED = `${SERVICE}: 16.58 is deleted once it is DISABLED, and its jobs end with it`;
const SERVICE_ENVIRONMENT = `${SERVICE}: is VALID at once, shown, changed and deleted once it is DISABLED`;
const SERVICE_JOB = `${SERVICE}: is RUNNABLE at once and says that nothing will run it`;
const SERVICE_JOB_ENDED = `${SERVICE}: is terminated with the reason given; one that is not there counts as terminated`;
const POLICY = `${POLICIES}: is there at once, shown with what AWS adds, updated as a whole and deleted`;
const CONSUMABLE = `${CONSUMABLES}: is there at once, shown, changed and deleted`;
const TAGS = "tags.process: has the tags of its creation, takes others and gives them up";

export const BATCH_OPERATIONS: Served<BatchOperationName> = {
  CancelJob: "stop-jobs.process: ends at once by %s, without an attempt",
  CancelJobs: `${BULK}: 16.53 CancelJobs cancels what waits, leaves alone what runs and takes unknown ids for done`,
  CreateComputeEnvironment: `${ENVIRONMENTS}: goes through CREATING to VALID and shows what was asked for with AWS's defaults`,
  CreateConsumableResource: CONSUMABLE,
  CreateJobQueue: `${QUEUES}: goes through CREATING to VALID and shows what was asked for`,
  CreateQuotaShare: SHARE,
  CreateSchedulingPolicy: POLICY,
  CreateServiceEnvironment: SERVICE_ENVIRONMENT,
  DeleteComputeEnvironment: `${ENVIRONMENTS}: takes a DISABLED environment away, and succeeds for one that is not there`,
  DeleteConsumableResource: CONSUMABLE,
  DeleteJobQueue: `${QUEUES}: 16.38 is deleted with its jobs, an ENABLED one is not`,
  DeleteQuotaShare: SHARE_DELETED,
  DeleteSchedulingPolicy: POLICY,
  DeleteServiceEnvironment: SERVICE_ENVIRONMENT,
  DeregisterJobDefinition: `${DEFINITIONS}: by a bare name takes the newest ACTIVE revision`,
  DescribeComputeEnvironments: `${ENVIRONMENTS}: finds by name and by ARN, each once, and leaves out what is not there`,
  DescribeConsumableResource: CONSUMABLE,
  DescribeJobDefinitions: `${DEFINITIONS}: by name shows every revision, also INACTIVE ones, unless a status is asked for`,
  DescribeJobQueues: `${QUEUES}: goes through CREATING to VALID and shows what was asked for`,
  DescribeJobs:
    "list-jobs.process: answers in the order asked for, each job once, and leaves out what it does not know",
  DescribeQuotaShare: SHARE,
  DescribeSchedulingPolicies: POLICY,
  DescribeServiceEnvironments: SERVICE_ENVIRONMENT,
  DescribeServiceJob: SERVICE_JOB,
  GetJobQueueSnapshot: `${BULK}: shows the RUNNABLE jobs in the order in which they go, and what the others use`,
  ListConsumableResources: `${CONSUMABLES}: is found by its name without regard to case`,
  ListJobs: "list-jobs.process: 16.35 only RUNNING jobs are listed where no status is given",
  ListJobsByConsumableResource: `${CONSUMABLES}: is found by what it needs`,
  ListQuotaShares: SHARE,
  ListSchedulingPolicies: `${POLICIES}: is listed by its ARN, page by page`,
  ListServiceJobs: `${SERVICE}: is listed by its queue, newest first, RUNNING unless asked otherwise`,
  ListTagsForResource: "tags.process: Describe shows the tags that ListTagsForResource shows",
  RegisterJobDefinition: `${DEFINITIONS}: 16.6 registering the same body twice makes revisions 1 and 2`,
  SubmitJob: "submit.process: is answered with the job's ARN, name and id",
  SubmitServiceJob: SERVICE_JOB,
  TagResource: TAGS,
  TerminateJob:
    "stop-jobs.process: 16.30 is ended by TerminateJob, and not tried again though attempts are left",
  TerminateJobs: `${BULK}: TerminateJobs ends what runs and what waits, each with the reason given`,
  TerminateServiceJob: SERVICE_JOB_ENDED,
  TerminateServiceJobs: SERVICE_JOB_ENDED,
  UntagResource: TAGS,
  UpdateComputeEnvironment: `${ENVIRONMENTS}: changes what it names and leaves the rest, through UPDATING to VALID`,
  UpdateConsumableResource: CONSUMABLE,
  UpdateJobQueue: `${QUEUES}: changes what it names and leaves the rest; lists replace lists`,
  UpdateQuotaShare: SHARE,
  UpdateSchedulingPolicy: POLICY,
  UpdateServiceEnvironment: SERVICE_ENVIRONMENT,
  UpdateServiceJob: `${SERVICE}: 16.57 with another priority goes before others of its queue`,
};

const MADE = "logs.process: are made, written, read and deleted";

export const LOGS_OPERATIONS: Served<LogsOperationName> = {
  CreateLogGroup: MADE,
  CreateLogStream: MADE,
  DeleteLogGroup: MADE,
  DeleteLogStream: MADE,
  DeleteRetentionPolicy: "logs-operations: is put, shown and taken away",
  DescribeLogGroups:
    "logs-operations: are found by prefix, by any part of their name, by identifier, in pages",
  DescribeLogStreams: "logs.process: are listed in pages",
  FilterLogEvents: "logs.process: finds over all streams, by term, by stream and by time",
  GetLogEvents: "logs.process: is read page by page in both directions, each event once",
  PutLogEvents: MADE,
  PutRetentionPolicy: "logs-operations: is put, shown and taken away",
};

export const STS_OPERATIONS: Served<StsOperationName> = {
  AssumeRole: "identity.process: sessions of STS hold over a restart of the server",
  GetCallerIdentity: "scopes.process: each is told who it is",
  GetSessionToken: "identity.process: sessions of STS hold over a restart of the server",
};
