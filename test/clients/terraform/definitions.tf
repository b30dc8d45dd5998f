resource "aws_batch_job_definition" "container" {
  name           = "container"
  type           = "container"
  propagate_tags = true
  tags           = { team = "reports" }

  scheduling_priority = var.changed ? 9 : 1
  parameters          = { month = "april", kind = var.changed ? "income" : "costs" }

  retry_strategy {
    attempts = 3

    evaluate_on_exit {
      on_status_reason = "Host EC2*"
      action           = "retry"
    }

    evaluate_on_exit {
      on_reason = "*"
      action    = "exit"
    }
  }

  timeout {
    attempt_duration_seconds = var.changed ? 120 : 60
  }

  container_properties = jsonencode({
    image            = "busybox"
    command          = ["report", "Ref::kind", "Ref::month"]
    jobRoleArn       = "${local.role}/job"
    executionRoleArn = "${local.role}/execution"
    user             = "nobody"
    privileged       = false
    environment      = [{ name = "PAPER", value = "A4" }, { name = "EMPTY", value = "" }]
    resourceRequirements = [
      { type = "VCPU", value = "1" },
      { type = "MEMORY", value = var.changed ? "128" : "64" },
    ]
    volumes     = [{ name = "scratch", host = { sourcePath = "/tmp" } }, { name = "empty", host = {} }]
    mountPoints = [{ sourceVolume = "scratch", containerPath = "/scratch", readOnly = false }]
    ulimits     = [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }]
    secrets     = [{ name = "TOKEN", valueFrom = "arn:aws:ssm:us-east-1:000000000000:parameter/token" }]
    linuxParameters = {
      initProcessEnabled = true
      sharedMemorySize   = 64
      devices            = [{ hostPath = "/dev/null", containerPath = "/dev/nothing", permissions = ["READ"] }]
      tmpfs              = [{ containerPath = "/ram", size = 16, mountOptions = ["noexec"] }]
    }
    logConfiguration = { logDriver = "awslogs", options = { awslogs-stream-prefix = "reports" } }
  })
}

# The older way to ask for resources, and a definition that keeps its old revisions.
resource "aws_batch_job_definition" "kept" {
  name                       = "kept"
  type                       = "container"
  deregister_on_new_revision = false

  container_properties = jsonencode({
    image   = "busybox"
    command = ["echo", var.changed ? "new" : "old"]
    vcpus   = 1
    memory  = 64
  })
}

resource "aws_batch_job_definition" "fargate" {
  name                  = "fargate"
  type                  = "container"
  platform_capabilities = ["FARGATE"]

  container_properties = jsonencode({
    image                        = "busybox"
    command                      = ["true"]
    executionRoleArn             = "${local.role}/execution"
    fargatePlatformConfiguration = { platformVersion = "LATEST" }
    networkConfiguration         = { assignPublicIp = var.changed ? "ENABLED" : "DISABLED" }
    ephemeralStorage             = { sizeInGiB = 30 }
    runtimePlatform              = { operatingSystemFamily = "LINUX", cpuArchitecture = "ARM64" }
    resourceRequirements = [
      { type = "VCPU", value = "0.25" },
      { type = "MEMORY", value = var.changed ? "1024" : "512" },
    ]
  })
}

resource "aws_batch_job_definition" "containers" {
  name                  = "containers"
  type                  = "container"
  platform_capabilities = ["FARGATE"]

  ecs_properties = jsonencode({
    taskProperties = [{
      executionRoleArn = "${local.role}/execution"
      platformVersion  = "LATEST"
      volumes          = [{ name = "shared" }]
      containers = [
        {
          name      = "prepares"
          image     = "busybox"
          command   = ["touch", "/shared/ready"]
          essential = false
          resourceRequirements = [
            { type = "VCPU", value = "0.5" },
            { type = "MEMORY", value = "1024" },
          ]
          mountPoints = [{ sourceVolume = "shared", containerPath = "/shared" }]
        },
        {
          name        = "works"
          image       = "busybox"
          command     = ["ls", "/shared"]
          essential   = true
          dependsOn   = [{ containerName = "prepares", condition = "SUCCESS" }]
          environment = [{ name = "STAGE", value = var.changed ? "2" : "1" }]
          resourceRequirements = [
            { type = "VCPU", value = "0.5" },
            { type = "MEMORY", value = "1024" },
          ]
          mountPoints = [{ sourceVolume = "shared", containerPath = "/shared" }]
        },
      ]
    }]
  })
}

resource "aws_batch_job_definition" "nodes" {
  name = "nodes"
  type = "multinode"

  timeout {
    attempt_duration_seconds = 300
  }

  node_properties = jsonencode({
    mainNode = 0
    numNodes = var.changed ? 6 : 4
    nodeRangeProperties = [
      {
        targetNodes = "0:"
        container = {
          image        = "busybox"
          command      = ["work"]
          instanceType = "m5.large"
          resourceRequirements = [
            { type = "VCPU", value = "1" },
            { type = "MEMORY", value = "64" },
          ]
        }
      },
      {
        targetNodes = "2:3"
        container = {
          image        = "busybox"
          command      = ["work", "more"]
          instanceType = "m5.large"
          vcpus        = 1
          memory       = 128
        }
      },
    ]
  })
}

resource "aws_batch_job_definition" "pod" {
  name = "pod"
  type = "container"

  eks_properties {
    pod_properties {
      host_network         = var.changed
      dns_policy           = "ClusterFirst"
      service_account_name = "reports"

      metadata {
        labels = { stage = var.changed ? "production" : "test" }
      }

      init_containers {
        name    = "prepares"
        image   = "busybox"
        command = ["touch", "/scratch/ready"]

        volume_mounts {
          name       = "scratch"
          mount_path = "/scratch"
        }
      }

      containers {
        name              = "works"
        image             = "busybox"
        image_pull_policy = "IfNotPresent"
        command           = ["ls"]
        args              = ["/scratch"]

        env {
          name  = "PAPER"
          value = "A4"
        }

        resources {
          limits = { cpu = "1", memory = var.changed ? "256Mi" : "128Mi" }
        }

        security_context {
          run_as_user     = 1000
          run_as_group    = 1000
          run_as_non_root = true
        }

        volume_mounts {
          name       = "scratch"
          mount_path = "/scratch"
          read_only  = true
        }
      }

      volumes {
        name = "scratch"

        empty_dir {
          size_limit = "64Mi"
        }
      }
    }
  }
}
