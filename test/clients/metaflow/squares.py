"""A flow whose middle step runs on Batch, once for each number."""

import os
import sys
import time

from metaflow import FlowSpec, Parameter, batch, environment, step


class Squares(FlowSpec):
    mode = Parameter("mode", default="works")

    @step
    def start(self):
        self.numbers = [2, 3]
        self.next(self.square, foreach="numbers")

    # As in an image that has what the flow needs.
    @environment(vars={"PATH": os.environ["PATH"], "METAFLOW_SKIP_INSTALL_DEPENDENCIES": "yes"})
    @batch(cpu=1, memory=512, image="python", queue="default")
    @step
    def square(self):
        print(f"squares {self.input} as job {os.environ['AWS_BATCH_JOB_ID']}")
        if self.mode == "fails":
            sys.exit(3)
        if self.mode == "waits":
            time.sleep(600)
        self.square_of = self.input**2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(part.square_of for part in inputs)
        self.next(self.end)

    @step
    def end(self):
        print("the squares add up to", self.total)


if __name__ == "__main__":
    Squares()
