# What other configurations find.

data "aws_batch_compute_environment" "ec2" {
  compute_environment_name = aws_batch_compute_environment.ec2.compute_environment_name
}

data "aws_batch_job_queue" "fair" {
  name = aws_batch_job_queue.fair.name
}

data "aws_batch_job_definition" "container" {
  arn = aws_batch_job_definition.container.arn
}

data "aws_batch_scheduling_policy" "fair" {
  arn = aws_batch_scheduling_policy.fair.arn
}

output "found" {
  value = {
    environment = data.aws_batch_compute_environment.ec2.state
    queue       = data.aws_batch_job_queue.fair.priority
    actions     = [for action in data.aws_batch_job_queue.fair.job_state_time_limit_action : action.max_time_seconds]
    definition  = data.aws_batch_job_definition.container.revision
    policy      = data.aws_batch_scheduling_policy.fair.fair_share_policy[0].compute_reservation
  }
}
