//! Rehearsals of a canary with real requests: a load runs against the bench's load balancer while real Terraform
//! moves the weights between real HTTP servers that stand for EC2 instances and pods.

pub mod answers;
pub mod backend;
pub mod canary;
pub mod incidents;
pub mod load;
pub mod pods;
pub mod record;
pub mod stage;
pub mod step;
pub mod upgrade;
