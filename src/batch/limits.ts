/** How much of one thing there can be. Those that are part of a rule, as the size of an array, stand beside the rule. */
export interface Limits {
  /** Bytes of a registration, as JSON. */
  readonly jobDefinitionBytesMax: number;
  /** Bytes of a SubmitJob and of a SubmitServiceJob, as JSON. */
  readonly submissionBytesMax: number;
  /** Bytes of what another service is asked for. */
  readonly serviceRequestPayloadBytesMax: number;
  /** Of each kind of resource, in an account and region. */
  readonly computeEnvironmentsMax: number;
  readonly computeEnvironmentsPerClusterMax: number;
  readonly jobQueuesMax: number;
  readonly schedulingPoliciesMax: number;
  readonly consumableResourcesMax: number;
  readonly serviceEnvironmentsMax: number;
  /** In a second, of an account and region. */
  readonly submissionsPerSecondMax: number;
  readonly serviceSubmissionsPerSecondMax: number;
}

/**
 * What one account may have of AWS, where nobody has asked for more:
 * https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
 *
 * AWS lets a million jobs be SUBMITTED; here they are so for a moment only.
 */
export const AWS_LIMITS: Limits = {
  jobDefinitionBytesMax: 24 * 1024,
  submissionBytesMax: 30 * 1024,
  serviceRequestPayloadBytesMax: 10 * 1024,
  computeEnvironmentsMax: 50,
  computeEnvironmentsPerClusterMax: 5,
  jobQueuesMax: 50,
  schedulingPoliciesMax: 500,
  consumableResourcesMax: 50_000,
  serviceEnvironmentsMax: 50,
  submissionsPerSecondMax: 50,
  serviceSubmissionsPerSecondMax: 5,
};

/**
 * What keeps one client from taking the server from others: resources are in memory, and looked at in every cycle; a
 * job's document is its definition with its submission, and has to fit into what a process can be started with.
 */
export const SERVER_LIMITS: Limits = {
  jobDefinitionBytesMax: 64 * 1024,
  submissionBytesMax: 64 * 1024,
  serviceRequestPayloadBytesMax: 64 * 1024,
  computeEnvironmentsMax: 1_000,
  computeEnvironmentsPerClusterMax: 1_000,
  jobQueuesMax: 1_000,
  schedulingPoliciesMax: 10_000,
  consumableResourcesMax: 100_000,
  serviceEnvironmentsMax: 1_000,
  submissionsPerSecondMax: Infinity,
  serviceSubmissionsPerSecondMax: Infinity,
};
