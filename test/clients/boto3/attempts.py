"""Jobs that fail: one with its exit code, one that is tried again until it works, one that a rule ends early.

Prints the ended jobs by their names as one JSON object.
"""

import json

import boto3

from polling import ended_job, read_log

batch = boto3.client("batch")
logs = boto3.client("logs")

batch.register_job_definition(
    jobDefinitionName="attempts",
    type="container",
    parameters={"script": "true"},
    containerProperties={
        "image": "busybox",
        "command": ["sh", "-c", "Ref::script"],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}],
    },
)


def submit(name, script, **members):
    return batch.submit_job(
        jobName=name, jobQueue="default", jobDefinition="attempts", parameters={"script": script}, **members
    )["jobId"]


job_ids = [
    submit("fails", "echo to standard error >&2; exit 7"),
    submit(
        "works-at-last",
        'echo "attempt $AWS_BATCH_JOB_ATTEMPT"; [ "$AWS_BATCH_JOB_ATTEMPT" -eq 3 ]',
        retryStrategy={"attempts": 3},
    ),
    submit(
        "given-up",
        "exit 64",
        retryStrategy={"attempts": 5, "evaluateOnExit": [{"onExitCode": "64", "action": "EXIT"}]},
    ),
]

ended = {}
for job_id in job_ids:
    job = ended_job(batch, job_id)
    attempts = [
        {
            "exitCode": attempt["container"]["exitCode"],
            "statusReason": attempt["statusReason"],
            "log": read_log(logs, attempt["container"]["logStreamName"]),
        }
        for attempt in job["attempts"]
    ]
    ended[job["jobName"]] = {
        "status": job["status"],
        "statusReason": job["statusReason"],
        "exitCode": job["container"]["exitCode"],
        "attempts": attempts,
    }
print(json.dumps(ended))
