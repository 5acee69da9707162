//! The quickstart from first plan to destroy, on real Terraform and Helm.

use acceptance::console::Console;
use acceptance::tasks::demo;

use crate::fixture;

#[test]
fn the_demonstration_works() {
    demo::tour(Console::quiet(), fixture::tools(), fixture::programs()).unwrap();
}
