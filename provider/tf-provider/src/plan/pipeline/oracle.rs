//! Terraform's own check of a plan, written again from its rules, to judge the pipeline by.
