resource "aws_batch_scheduling_policy" "fair" {
  name = "fair"
  tags = { team = "reports" }

  fair_share_policy {
    compute_reservation = var.changed ? 2 : 1
    share_decay_seconds = 3600

    share_distribution {
      share_identifier = "nightly*"
      weight_factor    = var.changed ? 0.5 : 0.1
    }

    share_distribution {
      share_identifier = "urgent"
      weight_factor    = 0.2
    }
  }
}

# A policy that says nothing.
resource "aws_batch_scheduling_policy" "even" {
  name = "even"

  fair_share_policy {}
}

resource "aws_batch_job_queue" "fair" {
  name                  = "fair"
  state                 = "ENABLED"
  priority              = var.changed ? 20 : 10
  scheduling_policy_arn = var.changed ? aws_batch_scheduling_policy.even.arn : aws_batch_scheduling_policy.fair.arn
  tags                  = { team = var.changed ? "accounts" : "reports" }

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.ec2.arn
  }

  compute_environment_order {
    order               = 2
    compute_environment = aws_batch_compute_environment.ec2_plain.arn
  }

  job_state_time_limit_action {
    reason           = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    state            = "RUNNABLE"
    max_time_seconds = var.changed ? 1200 : 600
    action           = "CANCEL"
  }

  job_state_time_limit_action {
    reason           = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    state            = "RUNNABLE"
    max_time_seconds = 600
    action           = "CANCEL"
  }
}

resource "aws_batch_job_queue" "fargate" {
  name     = "fargate"
  state    = var.changed ? "DISABLED" : "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.fargate[var.changed ? "FARGATE" : "FARGATE_SPOT"].arn
  }
}

resource "aws_batch_job_queue" "spot" {
  name     = "spot"
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.spot.arn
  }
}

resource "aws_batch_job_queue" "eks" {
  name     = "eks"
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.eks.arn
  }
}
