resource "aws_batch_compute_environment" "ec2" {
  compute_environment_name = "ec2"
  type                     = "MANAGED"
  state                    = var.changed ? "DISABLED" : "ENABLED"
  tags                     = { team = "reports" }

  compute_resources {
    type                = "EC2"
    allocation_strategy = "BEST_FIT_PROGRESSIVE"
    min_vcpus           = 0
    max_vcpus           = var.changed ? 32 : 16
    instance_type       = var.changed ? ["m5", "c5.large"] : ["optimal"]
    instance_role       = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:instance-profile/ecs"
    subnets             = var.changed ? ["subnet-1", "subnet-2"] : ["subnet-1"]
    security_group_ids  = ["sg-1"]
    ec2_key_pair        = "operators"
    tags                = { Name = "reports" }

    ec2_configuration {
      image_type = "ECS_AL2023"
    }

    launch_template {
      launch_template_name = "reports"
      version              = "$Latest"
    }
  }

  update_policy {
    job_execution_timeout_minutes = var.changed ? 60 : 30
    terminate_jobs_on_update      = false
  }
}

# With a role of its own and as few settings as there can be: its instances cannot be changed.
resource "aws_batch_compute_environment" "ec2_plain" {
  compute_environment_name = "ec2-plain"
  type                     = "MANAGED"
  service_role             = "${local.role}/${var.changed ? "batch-2" : "batch"}"

  compute_resources {
    type               = "EC2"
    max_vcpus          = var.changed ? 2 : 4
    instance_type      = ["optimal"]
    instance_role      = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:instance-profile/ecs"
    subnets            = ["subnet-1"]
    security_group_ids = ["sg-1"]
  }
}

resource "aws_batch_compute_environment" "spot" {
  compute_environment_name = "spot"
  type                     = "MANAGED"

  compute_resources {
    type                = "SPOT"
    allocation_strategy = "SPOT_CAPACITY_OPTIMIZED"
    bid_percentage      = var.changed ? 80 : 60
    min_vcpus           = 0
    max_vcpus           = 64
    instance_type       = ["optimal"]
    instance_role       = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:instance-profile/ecs"
    subnets             = ["subnet-1"]
    security_group_ids  = ["sg-1"]
  }
}

resource "aws_batch_compute_environment" "fargate" {
  for_each                 = toset(["FARGATE", "FARGATE_SPOT"])
  compute_environment_name = lower(each.key)
  type                     = "MANAGED"

  compute_resources {
    type               = each.key
    max_vcpus          = var.changed ? 8 : 16
    subnets            = ["subnet-1"]
    security_group_ids = var.changed ? ["sg-1", "sg-2"] : ["sg-1"]
  }
}

resource "aws_batch_compute_environment" "unmanaged" {
  compute_environment_name = "unmanaged"
  type                     = "UNMANAGED"
  service_role             = "${local.role}/${var.changed ? "batch-2" : "batch"}"
}

resource "aws_batch_compute_environment" "eks" {
  compute_environment_name = "eks"
  type                     = "MANAGED"

  eks_configuration {
    eks_cluster_arn      = "arn:aws:eks:us-east-1:${data.aws_caller_identity.current.account_id}:cluster/reports"
    kubernetes_namespace = "batch"
  }

  compute_resources {
    type                = "EC2"
    allocation_strategy = "BEST_FIT_PROGRESSIVE"
    min_vcpus           = 0
    max_vcpus           = var.changed ? 32 : 16
    instance_type       = ["m5"]
    instance_role       = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:instance-profile/eks"
    subnets             = ["subnet-1"]
    security_group_ids  = ["sg-1"]
  }
}
