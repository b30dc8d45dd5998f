"""A queue with a scheduling policy, what stands at its head, and a resource that only one job at a time can have.

Prints what was seen as one JSON object.
"""

import json

from checked import checked_client
from polling import ended_job, job_in, poll

batch = checked_client("batch")
seen = {}


def all_of(operation, member, **arguments):
    pages = batch.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}, **arguments)
    return [item for page in pages for item in page[member]]


policy = batch.create_scheduling_policy(
    name="fair",
    fairsharePolicy={"shareDecaySeconds": 600, "shareDistribution": [{"shareIdentifier": "A*", "weightFactor": 0.5}]},
    tags={"team": "reports"},
)["arn"]
batch.update_scheduling_policy(arn=policy, fairsharePolicy={"computeReservation": 5})
even = batch.create_scheduling_policy(name="even")["arn"]
seen["policies"] = sorted(item["arn"] for item in all_of("list_scheduling_policies", "schedulingPolicies"))
seen["policy"] = batch.describe_scheduling_policies(arns=[policy])["schedulingPolicies"]

limit = {
    "state": "RUNNABLE",
    "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "maxTimeSeconds": 600,
    "action": "CANCEL",
}
batch.create_job_queue(
    jobQueueName="shared",
    priority=1,
    schedulingPolicyArn=policy,
    computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "local"}],
    jobStateTimeLimitActions=[limit],
)
queue = lambda: batch.describe_job_queues(jobQueues=["shared"])["jobQueues"]
[found] = poll("the queue", lambda: [item for item in queue() if item["status"] == "VALID"])
seen["queue"] = {member: found[member] for member in ("schedulingPolicyArn", "jobStateTimeLimitActions")}

resource = batch.create_consumable_resource(
    consumableResourceName="licence", resourceType="REPLENISHABLE", totalQuantity=1
)["consumableResourceArn"]
batch.register_job_definition(
    jobDefinitionName="licensed",
    type="container",
    containerProperties={"image": "busybox", "command": ["sleep", "600"], "vcpus": 1, "memory": 64},
    consumableResourceProperties={"consumableResourceList": [{"consumableResource": "licence", "quantity": 1}]},
)


def submit(name, priority):
    return batch.submit_job(
        jobName=name,
        jobQueue="shared",
        jobDefinition="licensed",
        shareIdentifier="A1",
        schedulingPriorityOverride=priority,
    )["jobId"]


def quantities():
    answer = batch.describe_consumable_resource(consumableResource="licence")
    return [answer[f"{name}Quantity"] for name in ("total", "inUse", "available")]


runs = submit("runs", 2)
job_in(batch, runs, "RUNNING")
waits = submit("waits", 1)
job_in(batch, waits, "RUNNABLE")
seen["quantities"] = quantities()
front = poll("a front", lambda: batch.get_job_queue_snapshot(jobQueue="shared")["frontOfQueue"].get("jobs"))
seen["front"] = [job["jobArn"].endswith(waits) for job in front]
seen["users"] = sorted(
    [job["jobName"], job["jobStatus"]]
    for job in all_of("list_jobs_by_consumable_resource", "jobs", consumableResource="licence")
)
batch.terminate_job(jobId=runs, reason="enough")
ended_job(batch, runs)
seen["next"] = job_in(batch, waits, "RUNNING")["schedulingPriority"]
batch.terminate_job(jobId=waits, reason="enough")
ended_job(batch, waits)
seen["free again"] = poll("the licence", lambda: quantities() if quantities()[1] == 0 else None)
batch.update_consumable_resource(consumableResource="licence", operation="ADD", quantity=2)
seen["resources"] = [
    [item["consumableResourceName"], item["totalQuantity"]]
    for item in all_of("list_consumable_resources", "consumableResources")
]

batch.update_job_queue(jobQueue="shared", state="DISABLED", schedulingPolicyArn=even)
poll("the queue", lambda: queue()[0]["status"] == "VALID")
batch.delete_job_queue(jobQueue="shared")
poll("the queue's end", lambda: not queue())
batch.delete_consumable_resource(consumableResource=resource)
for arn in (policy, even):
    batch.delete_scheduling_policy(arn=arn)
seen["left"] = [
    all_of("list_scheduling_policies", "schedulingPolicies"),
    all_of("list_consumable_resources", "consumableResources"),
]
print(json.dumps(seen))
