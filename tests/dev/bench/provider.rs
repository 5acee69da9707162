//! The provider beside providers in Go: how fast it starts, how much memory it takes, how big the programs are.

mod memory;
mod start;

use std::fs;
use std::path::Path;
use std::time::Duration;

use acceptance::console::Console;
use acceptance::programs::Programs;
use acceptance::table;
use acceptance::tools::{ClusterTools, Tools};
use anyhow::Result;
use comfy_table::Table;

/// Bytes of a MiB.
const MEBIBYTE: f64 = 1_048_576.0;
const LONGEST_START: Duration = Duration::from_millis(20);
/// Times the start of hashicorp/time, the smallest provider in Go that Go's module proxy has.
const LONGEST_START_BESIDE: f64 = 1.5;
const MOST_MEMORY: f64 = 40.0 * MEBIBYTE;
/// Times the memory of hashicorp/helm, before either reaches what it manages.
const MOST_MEMORY_BESIDE: f64 = 0.5;
const LARGEST_PROVIDER: f64 = 36.0 * MEBIBYTE;
const LARGEST_POST_RENDERER: f64 = 10.0 * MEBIBYTE;

/// What was measured, and which promises do not hold.
pub(super) struct Report {
    pub(super) table: Table,
    pub(super) broken: Vec<String>,
}

/// Measures all of it.
pub(super) fn report(console: Console, tools: &Tools, programs: &Programs) -> Result<Report> {
    let time = Tools::hashicorp_time(console)?;
    let helm = ClusterTools::helm_provider(console)?;
    let mut report =
        Report { table: table::under(&["provider", "measured", "promised"]), broken: Vec::new() };
    report.starts(&programs.provider, &time, &helm)?;
    report.memory(tools, programs, &helm)?;
    report.sizes(programs, &time, &helm)?;
    Ok(report)
}

impl Report {
    fn starts(&mut self, ours: &Path, time: &Path, helm: &Path) -> Result<()> {
        let [ours, time, helm] = start::medians([ours, time, helm])?;
        let name = |provider: &str| {
            format!("start of {provider} to the handshake line, median of {}", start::ROUNDS)
        };
        let promise = format!("at most {}", milliseconds(LONGEST_START));
        self.promised(&name("ipsy"), milliseconds(ours), &promise, ours <= LONGEST_START);
        self.measured(&name("hashicorp/time"), milliseconds(time));
        self.measured(&name("hashicorp/helm"), milliseconds(helm));
        let ratio = ours.as_secs_f64() / time.as_secs_f64();
        self.ratio("start of ipsy beside hashicorp/time", ratio, LONGEST_START_BESIDE);
        Ok(())
    }

    fn memory(&mut self, tools: &Tools, programs: &Programs, helm: &Path) -> Result<()> {
        let schema = memory::of_the_schema(tools, "ipsy/ipsy", &programs.provider)?;
        let helms_schema = memory::of_the_schema(tools, "hashicorp/helm", helm)?;
        self.measured("memory of ipsy with its schema", mebibytes(schema));
        self.measured("memory of hashicorp/helm with its schema", mebibytes(helms_schema));
        let ratio = schema / helms_schema;
        self.ratio("memory of ipsy beside hashicorp/helm, with the schema", ratio, MOST_MEMORY_BESIDE);
        let plan = memory::of_our_plan(tools, programs)?;
        let helms_plan = memory::of_helms_plan(tools, helm)?;
        let promise = format!("at most {}", mebibytes(MOST_MEMORY));
        self.promised(
            "memory of ipsy during a plan, with AWS",
            mebibytes(plan),
            &promise,
            plan <= MOST_MEMORY,
        );
        self.measured("memory of hashicorp/helm during a plan, without a cluster", mebibytes(helms_plan));
        self.measured(
            "memory of ipsy beside hashicorp/helm, during a plan",
            format!("{:.2}×", plan / helms_plan),
        );
        Ok(())
    }

    fn sizes(&mut self, programs: &Programs, time: &Path, helm: &Path) -> Result<()> {
        for (name, path, largest) in [
            ("ipsy", programs.provider.as_path(), Some(LARGEST_PROVIDER)),
            ("the post-renderer", programs.post_renderer.as_path(), Some(LARGEST_POST_RENDERER)),
            ("hashicorp/time", time, None),
            ("hashicorp/helm", helm, None),
        ] {
            let size = as_float(fs::metadata(path)?.len());
            let what = format!("size of {name}");
            match largest {
                Some(largest) => {
                    let promise = format!("at most {}", mebibytes(largest));
                    self.promised(&what, mebibytes(size), &promise, size <= largest);
                }
                None => self.measured(&what, mebibytes(size)),
            }
        }
        Ok(())
    }

    fn ratio(&mut self, what: &str, ratio: f64, largest: f64) {
        self.promised(what, format!("{ratio:.2}×"), &format!("at most {largest}×"), ratio <= largest);
    }

    fn promised(&mut self, what: &str, measured: String, promise: &str, holds: bool) {
        if !holds {
            self.broken.push(format!("{what}: {measured}, promised is {promise}"));
        }
        self.table.add_row([what.to_owned(), measured, promise.to_owned()]);
    }

    fn measured(&mut self, what: &str, measured: String) {
        self.table.add_row([what.to_owned(), measured, String::new()]);
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / MEBIBYTE)
}

#[expect(clippy::cast_precision_loss, reason = "sizes here are far below 2^52")]
fn as_float(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_that_does_not_hold_is_reported() {
        let mut report = Report { table: table::under(&["a", "b", "c"]), broken: Vec::new() };
        report.ratio("start", 1.5, LONGEST_START_BESIDE);
        report.ratio("memory", 0.51, MOST_MEMORY_BESIDE);
        assert_eq!(report.broken, ["memory: 0.51×, promised is at most 0.5×"]);
    }
}
