# What the test of Terraform makes, changes, imports and destroys. All roles and networks are names only.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6"
    }
  }
}

variable "endpoint" {
  description = "Where the server under test is."
  type        = string
}

variable "changed" {
  description = "Whether everything that can be changed has its second value."
  type        = bool
  default     = false
}

provider "aws" {
  region                  = "us-east-1"
  access_key              = "AKIATERRAFORM"
  secret_key              = "any"
  skip_metadata_api_check = true

  endpoints {
    batch = var.endpoint
    sts   = var.endpoint
  }

  default_tags {
    tags = { stage = var.changed ? "production" : "test" }
  }
}

# Credentials and account are checked with the server, as by default.
data "aws_caller_identity" "current" {}

locals {
  role = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role"
}
