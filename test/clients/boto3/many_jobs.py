"""Arrays, dependencies, jobs of many nodes and of many containers, and their ends. Prints them as one JSON object."""

import json

from checked import checked_client
from polling import describe_job, ended_job, job_in, poll, read_log

batch = checked_client("batch")
logs = checked_client("logs")
seen = {}
RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]


def script(text):
    return {"image": "busybox", "command": ["sh", "-c", text], "resourceRequirements": RESOURCES}


def define(name, **members):
    batch.register_job_definition(jobDefinitionName=name, **{"type": "container", **members})


def submit(name, definition, **members):
    return batch.submit_job(jobName=name, jobQueue="default", jobDefinition=definition, **members)["jobId"]


def statuses(**parent):
    """By its place: the status of each child or node; all pages of each status."""
    paginator = batch.get_paginator("list_jobs")
    found = {}
    for status in ("PENDING", "RUNNABLE", "SUCCEEDED", "FAILED"):
        for page in paginator.paginate(jobStatus=status, PaginationConfig={"PageSize": 2}, **parent):
            for summary in page["jobSummaryList"]:
                place = summary.get("arrayProperties", summary.get("nodeProperties", {}))
                index = place.get("index", place.get("nodeIndex"))
                found[index] = status
    return [found[index] for index in sorted(found)]


CHILD_1_FAILS = 'echo "child $AWS_BATCH_JOB_ARRAY_INDEX"; [ "$AWS_BATCH_JOB_ARRAY_INDEX" != 1 ]'
NAMES_ITS_NODE = 'echo "node $AWS_BATCH_JOB_NODE_INDEX of $AWS_BATCH_JOB_NUM_NODES"'
define("index", containerProperties=script(CHILD_1_FAILS))
define("works", containerProperties=script("true"))

# An array, one child of which fails; an array behind it, child by child; one whose children go one by one.
array = submit("array", "index", arrayProperties={"size": 3})
beside = submit("beside", "works", arrayProperties={"size": 3}, dependsOn=[{"jobId": array, "type": "N_TO_N"}])
in_turn = submit("in-turn", "works", arrayProperties={"size": 2}, dependsOn=[{"type": "SEQUENTIAL"}])
after = submit("after", "works", dependsOn=[{"jobId": in_turn}])
never = submit("never", "works", dependsOn=[{"jobId": array}])
job_ids = {"array": array, "beside": beside, "in-turn": in_turn, "after": after, "never": never}
jobs = {name: ended_job(batch, job_id) for name, job_id in job_ids.items()}
seen["ends"] = {name: [job["status"], job.get("statusReason")] for name, job in jobs.items()}
seen["array"] = {
    "arrayProperties": jobs["array"]["arrayProperties"],
    "children": statuses(arrayJobId=array),
    "logs": [
        read_log(logs, describe_job(batch, f"{array}:{index}")["container"]["logStreamName"]) for index in range(3)
    ],
}
seen["beside"] = {
    "dependsOn": jobs["beside"]["dependsOn"] == [{"jobId": array, "type": "N_TO_N"}],
    "children": statuses(arrayJobId=beside),
}
children = [describe_job(batch, f"{in_turn}:{index}") for index in range(2)]
seen["in turn"] = children[0]["stoppedAt"] <= children[1]["startedAt"]

# Two nodes, the main one of which ends the job.
define(
    "nodes",
    type="multinode",
    nodeProperties={
        "numNodes": 2,
        "mainNode": 0,
        "nodeRangeProperties": [{"targetNodes": "0:1", "container": script(NAMES_ITS_NODE)}],
    },
)
overrides = {"environment": [{"name": "A", "value": "b"}]}
gang = submit(
    "gang",
    "nodes",
    nodeOverrides={"nodePropertyOverrides": [{"targetNodes": "0:1", "containerOverrides": overrides}]},
)
job = ended_job(batch, gang)
node = describe_job(batch, f"{gang}#1")
seen["gang"] = {
    "end": [job["status"], job.get("statusReason")],
    "numNodes": job["nodeProperties"]["numNodes"],
    "isMainNode": [describe_job(batch, f"{gang}#{index}")["nodeDetails"]["isMainNode"] for index in range(2)],
    "nodes": len(statuses(multiNodeJobId=gang)),
    "log": read_log(logs, describe_job(batch, f"{gang}#0")["container"]["logStreamName"]),
    "environment": [entry for entry in node["container"]["environment"] if entry["name"] == "A"],
}

# Two containers, one of which prepares what the other needs.
define(
    "containers",
    ecsProperties={
        "taskProperties": [
            {
                "containers": [
                    {**script("echo prepared"), "name": "prepares", "essential": False},
                    {
                        **script("echo worked; exit 4"),
                        "name": "works",
                        "essential": True,
                        "dependsOn": [{"containerName": "prepares", "condition": "SUCCESS"}],
                    },
                ]
            }
        ]
    },
)
job = ended_job(batch, submit("containers", "containers"))
containers = job["ecsProperties"]["taskProperties"][0]["containers"]
seen["containers"] = {
    "end": [job["status"], job.get("statusReason")],
    "exitCodes": {container["name"]: container["exitCode"] for container in containers},
    "logs": {container["name"]: read_log(logs, container["logStreamName"]) for container in containers},
}

# Many are ended at once: those that run, and those that wait for them, which AWS ends only when they would go on.
define("sleeps", containerProperties=script("exec sleep 600"))
first = submit("first", "sleeps")
job_in(batch, first, "RUNNING")
waiting = [submit(f"waits-{number}", "sleeps", dependsOn=[{"jobId": first}]) for number in range(2)]
for job_id in waiting:
    job_in(batch, job_id, "PENDING")
answers = [
    batch.cancel_jobs(jobs=[*waiting, "no-job"], reason="not needed"),
    batch.terminate_jobs(jobs=[first], reason="enough"),
]
seen["answers"] = [[answer["successful"] in (waiting, [first]), answer["errors"]] for answer in answers]
ended = [ended_job(batch, job_id) for job_id in [first, *waiting]]
seen["ended"] = [[job["status"], job["statusReason"], job["isCancelled"], job["isTerminated"]] for job in ended]
print(json.dumps(seen))
