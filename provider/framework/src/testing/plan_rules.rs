//! Terraform's own check of a plan, written again from its rules.

use crate::{Block, Body, Path, Value};

/// Everything in which `planned` breaks the rules for plans, given the configuration and the prior state.
pub(crate) fn violations(body: &Body, planned: &Value, config: &Value, prior: &Value) -> Vec<String> {
    let mut found = Vec::new();
    judge(body, planned, config, prior, &Path::EMPTY, &mut found);
    found
}

fn judge(body: &Body, planned: &Value, config: &Value, prior: &Value, here: &Path, found: &mut Vec<String>) {
    if planned.is_null() != config.is_null() {
        found.push(format!("`{here}`: null in only one of plan and configuration"));
        return;
    }
    if planned.is_null() || config.is_unknown() {
        return;
    }
    for (name, attribute) in body.attributes() {
        let place = here.clone().attribute(name);
        let (planned, config, prior) =
            (planned.attribute(name), config.attribute(name), prior.attribute(name));
        if attribute.is_write_only() {
            if !planned.is_null() {
                found.push(format!("`{place}`: write-only, but planned"));
            }
        } else if config.is_null() {
            if !attribute.is_computed() && !planned.is_null() {
                found.push(format!("`{place}`: planned for a non-computed attribute"));
            }
        } else if planned != config && (prior.is_null() || planned != prior) {
            found.push(format!("`{place}`: neither as configured nor as before"));
        }
    }
    for (name, block) in body.blocks() {
        let place = here.clone().attribute(name);
        let (planned, config, prior) =
            (planned.attribute(name), config.attribute(name), prior.attribute(name));
        judge_blocks(block, planned, config, prior, &place, found);
    }
}

fn judge_blocks(
    block: &Block,
    planned: &Value,
    config: &Value,
    prior: &Value,
    here: &Path,
    found: &mut Vec<String>,
) {
    let body = block.body();
    match (planned, config) {
        (_, Value::Unknown) => {}
        (Value::List(left), Value::List(right)) if left.len() == right.len() => {
            for (index, (planned, config)) in left.iter().zip(right).enumerate() {
                let prior = prior.as_list().and_then(|all| all.get(index)).unwrap_or(&Value::Null);
                judge(body, planned, config, prior, &here.clone().index(index), found);
            }
        }
        (Value::Map(left), Value::Map(right)) if left.keys().eq(right.keys()) => {
            for (label, planned) in left {
                let (config, prior) = (config.attribute(label), prior.attribute(label));
                judge(body, planned, config, prior, &here.clone().key(label), found);
            }
        }
        (Value::Set(left), Value::Set(right)) if left.len() == right.len() => {
            // Each planned block must be right for some configured one.
            for planned in left {
                let fits = right.iter().any(|config| {
                    let mut wrong = Vec::new();
                    judge(body, planned, config, &Value::Null, here, &mut wrong);
                    wrong.is_empty()
                });
                if !fits {
                    found.push(format!("`{here}`: a planned block fits no configured one"));
                }
            }
        }
        (Value::List(_) | Value::Map(_) | Value::Set(_), _) => {
            found.push(format!("`{here}`: not the blocks of the configuration"));
        }
        _ => judge(body, planned, config, prior, here, found),
    }
}
