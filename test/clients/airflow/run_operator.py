"""Runs Airflow's operator for Batch as a task runner does, without a scheduler.

usage: run_operator.py DEFINITION SCRIPT [kill]

With `kill` the task is killed once its job runs. The log goes to standard output; the last line of it says how the
task ended and what it keeps for other tasks and for the web page, as a JSON object.
"""

import json
import sys
import threading
import time
from datetime import timedelta

from airflow.providers.amazon.aws.operators.batch import BatchOperator


class TaskInstance:
    """The part of a task instance that the operator asks for."""

    def __init__(self):
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value


def kill_when_running(operator):
    while operator.job_id is None or status_of(operator) != "RUNNING":
        time.sleep(0.1)
    operator.on_kill()


def status_of(operator):
    return operator.hook.get_job_description(operator.job_id)["status"]


def main(definition, script, *words):
    operator = BatchOperator(
        task_id="report",
        job_name="report",
        job_queue="default",
        job_definition=definition,
        parameters={"script": script},
        region_name="us-east-1",
        awslogs_enabled=True,
        awslogs_fetch_interval=timedelta(milliseconds=200),
    )
    if "kill" in words:
        threading.Thread(target=kill_when_running, args=[operator], daemon=True).start()
    task_instance = TaskInstance()
    try:
        operator.execute({"ti": task_instance})
        end = "done"
    except Exception as error:
        end = type(error).__name__
    print(json.dumps({"end": end, "jobId": operator.job_id, "pushed": task_instance.pushed}))


main(*sys.argv[1:])
