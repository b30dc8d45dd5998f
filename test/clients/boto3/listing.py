"""Pages of everything that has pages, and every way to ask for jobs.

Prints what was found as one JSON object.
"""

import json

import boto3

from polling import ended_job, poll

batch = boto3.client("batch")
found = {}


def make_environment(name):
    batch.create_compute_environment(
        computeEnvironmentName=name,
        type="MANAGED",
        computeResources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 4,
            "instanceTypes": ["optimal"],
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
            "instanceRole": "ecsInstanceRole",
        },
    )
    answer = lambda: batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    poll(f"environment {name}", lambda: answer()[0]["status"] == "VALID")


def register(name):
    return batch.register_job_definition(
        jobDefinitionName=name,
        type="container",
        containerProperties={
            "image": "busybox",
            "command": ["true"],
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}],
        },
    )["jobDefinitionArn"]


def submit(name, definition):
    return batch.submit_job(jobName=name, jobQueue="queue-1", jobDefinition=definition)["jobId"]


def pages(operation, page_size, member, name, **arguments):
    """The names on each page."""
    paginator = batch.get_paginator(operation)
    answers = paginator.paginate(PaginationConfig={"PageSize": page_size}, **arguments)
    return [[name(item) for item in answer[member]] for answer in answers]


for number in (1, 2, 3):
    make_environment(f"environment-{number}")
for number in (1, 2, 3):
    batch.create_job_queue(
        jobQueueName=f"queue-{number}",
        priority=number,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "environment-1"}],
    )
first_revision = register("daily-work")
register("daily-work")
register("other-work")

found["environments"] = pages(
    "describe_compute_environments", 2, "computeEnvironments", lambda item: item["computeEnvironmentName"]
)
found["queues"] = pages("describe_job_queues", 2, "jobQueues", lambda item: item["jobQueueName"])
found["definitions"] = pages(
    "describe_job_definitions",
    2,
    "jobDefinitions",
    lambda item: f"{item['jobDefinitionName']}:{item['revision']}",
    status="ACTIVE",
)

job_ids = [
    submit("daily-1", first_revision),
    submit("daily-2", "daily-work"),
    submit("Weekly", "other-work"),
    submit("daily-3", "daily-work:2"),
    submit("monthly", "daily-work"),
]
jobs = [ended_job(batch, job_id) for job_id in job_ids]
weekly_created_at = str(jobs[2]["createdAt"])


def job_pages(page_size, **arguments):
    return pages(
        "list_jobs", page_size, "jobSummaryList", lambda item: item["jobName"], jobQueue="queue-1", **arguments
    )


def filtered(name, value):
    return job_pages(100, filters=[{"name": name, "values": [value]}])


found["jobs"] = {
    "SUCCEEDED": job_pages(2, jobStatus="SUCCEEDED"),
    "FAILED": job_pages(2, jobStatus="FAILED"),
    "no status": job_pages(2),
    "name": filtered("JOB_NAME", "WEEKLY"),
    "name*": filtered("JOB_NAME", "Daily*"),
    "name* in pages": job_pages(2, filters=[{"name": "JOB_NAME", "values": ["daily*"]}]),
    "definition": filtered("JOB_DEFINITION", "daily-work"),
    "definition*": filtered("JOB_DEFINITION", "other*"),
    "revision": filtered("JOB_DEFINITION", first_revision),
    "before": filtered("BEFORE_CREATED_AT", weekly_created_at),
    "after": filtered("AFTER_CREATED_AT", weekly_created_at),
}

# A page that ends early can be gone on with: boto3 makes a token of its own for that.
paginator = batch.get_paginator("list_jobs")
some = paginator.paginate(
    jobQueue="queue-1", jobStatus="SUCCEEDED", PaginationConfig={"PageSize": 2, "MaxItems": 3}
).build_full_result()
others = paginator.paginate(
    jobQueue="queue-1",
    jobStatus="SUCCEEDED",
    PaginationConfig={"PageSize": 2, "StartingToken": some["NextToken"]},
).build_full_result()
found["resumed"] = [[item["jobName"] for item in part["jobSummaryList"]] for part in (some, others)]

[page] = batch.get_paginator("list_jobs").paginate(
    jobQueue="queue-1", filters=[{"name": "JOB_NAME", "values": ["weekly"]}]
)
[found["summary"]] = page["jobSummaryList"]
print(json.dumps(found))
