# What differs between environments: a file for each lies in environments/.

variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "cluster" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "backend" {
  description = "Name of the cluster as a backend of the app."
  type        = string
}

variable "oidc_provider_arn" {
  description = "ARN of the cluster's OIDC provider in IAM; null where pods get their role by EKS Pod Identity."
  type        = string
}

variable "chart_repository" {
  description = "Where Helm finds the chart; null where `chart` is a whole address or a folder."
  type        = string
}

variable "chart" {
  description = "The standard chart."
  type        = string
}

variable "chart_version" {
  description = "Version of the chart; null for the newest one."
  type        = string
}

variable "repository" {
  description = "The image's repository: without a host it is made here, with a host it is only used."
  type        = string
}

variable "weight" {
@if ec2
  description = "Percentage of the requests that the cluster gets; the EC2 instances get the others."
@else
  description = "Weight of the cluster in the listener rule; ci/shift.sh sets another one for a while."
@end
  type        = number
}

variable "min_replicas" {
  description = "Minimum number of pods; null for what the standards say."
  type        = number
}

variable "max_replicas" {
  description = "Maximum number of pods; null for what the standards say."
  type        = number
}
@if load_balancer

variable "listener_arn" {
  description = "ARN of the load balancer's listener that gets the app's rule."
  type        = string
}

variable "hosts" {
  description = "Host names that lead to the app."
  type        = list(string)
}
@end
@if ec2

variable "priority" {
  description = "Priority of the listener rule; null chooses one."
  type        = number
}

variable "ec2_target_group_arn" {
  description = "ARN of the target group of the EC2 instances; null if there are no instances."
  type        = string
}
@end
