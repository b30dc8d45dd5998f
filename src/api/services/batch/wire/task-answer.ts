import type { Attempt } from "../../../../batch/attempt.ts";
import type {
  AttemptEcsTaskDetails,
  AttemptTaskContainerDetails,
  EcsProperties,
  EcsPropertiesDetail,
} from "../../../../model/batch.ts";

/** The tasks of an attempt, as DescribeJobs lists them: that of a plain job is in its `container` instead. */
export function attemptTasks(attempt: Attempt): readonly AttemptEcsTaskDetails[] {
  const names = attempt.outcome?.containers?.map(({ name }) => name);
  if (names === undefined) return [];
  return [
    { ...taskMarks(attempt), containers: names.map((name) => ({ name, ...containerMarks(attempt, name) })) },
  ];
}

/** What a job of several containers runs, with the marks of its latest attempt. */
export function taskAnswer(
  { taskProperties }: EcsProperties,
  latest: Attempt | undefined,
): EcsPropertiesDetail {
  return {
    taskProperties: taskProperties.map((task) => ({
      ...task,
      containers: task.containers.map((container) => ({
        ...container,
        ...(latest === undefined ? { networkInterfaces: [] } : containerMarks(latest, container.name)),
      })),
      ...(latest !== undefined && taskMarks(latest)),
    })),
  };
}

function taskMarks({ instance, taskArn }: Attempt): Omit<AttemptEcsTaskDetails, "containers"> {
  return {
    ...(instance !== undefined && { containerInstanceArn: instance.containerInstanceArn }),
    taskArn,
  };
}

function containerMarks(
  { outcome, containerLogs, logStreamName }: Attempt,
  name: string | undefined,
): Omit<AttemptTaskContainerDetails, "name"> {
  const { exitCode, reason } = outcome?.containers?.find((container) => container.name === name) ?? {};
  const log =
    containerLogs === undefined
      ? logStreamName
      : containerLogs.find((container) => container.name === name)?.logStreamName;
  return {
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { reason }),
    ...(log !== undefined && { logStreamName: log }),
    networkInterfaces: [],
  };
}
