//! Quantities against the tables of Kubernetes' own documentation.

use super::*;

fn check(text: &str, nano: i128) {
    let quantity = Quantity::parse(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(quantity.nano(), nano, "{text}");
    assert_eq!(quantity.to_string(), text);
}

#[test]
fn every_form_of_kubernetes_is_read_exactly() {
    check("0", 0);
    check("100m", NANO / 10);
    check("1.5", NANO * 3 / 2);
    check("1Gi", (1 << 30) * NANO);
    check("0.5Gi", (1 << 29) * NANO);
    check("1e3", 1_000 * NANO);
    check("1E3", 1_000 * NANO);
    check("1E", 1_000_000_000_000_000_000 * NANO);
    check("1e-3", NANO / 1_000);
    check("+.5", NANO / 2);
    check("5.", 5 * NANO);
    check("-1k", -1_000 * NANO);
    check("0.001Ki", 1_024_000_000);
    check("129e6", 129_000_000 * NANO);
    check("123456789012345678901234567890", CAP);
    check("1e400", CAP);
    check("00000000000000000000000000000001", NANO);
}

#[test]
fn what_is_below_the_finest_step_is_rounded_away_from_zero() {
    check("0.0000000001", 1);
    check("-0.0000000001", -1);
    check("1e-400", 1);
    check("1.0000000001n", 2);
}

#[test]
fn an_invalid_quantity_is_refused() {
    for text in
        ["", "-", ".", "Gi", "1 Gi", "1gi", "1KI", "1e", "1e+", "1.2.3", "1m m", "0x10", "1_000", "Infinity"]
    {
        assert!(Quantity::parse(text).is_err(), "{text}");
    }
}

#[test]
fn comparison_is_by_value() {
    let quantity = |text| Quantity::parse(text).unwrap();
    assert_eq!(quantity("1"), quantity("1000m"));
    assert_eq!(quantity("1536Mi"), quantity("1.5Gi"));
    assert!(quantity("1Gi") > quantity("1G"));
    assert!(quantity("9223372036854775807") >= quantity("9E"));
}

#[test]
fn division_rounds_up_in_the_same_family() {
    let divide =
        |text, ratio| Quantity::parse(text).unwrap().divided_up(&Quantity::parse(ratio).unwrap()).to_string();
    assert_eq!(divide("2", "4"), "500m");
    assert_eq!(divide("1", "3"), "334m");
    assert_eq!(divide("1Gi", "2"), "512Mi");
    assert_eq!(divide("1Gi", "1.5"), "715827883");
    assert_eq!(divide("0", "2"), "0");
}

#[test]
fn multiplication_rounds_down_in_the_same_family() {
    let multiply =
        |text, ratio| Quantity::parse(text).unwrap().multiplied(&Quantity::parse(ratio).unwrap()).to_string();
    assert_eq!(multiply("100m", "4"), "400m");
    assert_eq!(multiply("512Mi", "2"), "1Gi");
    assert_eq!(multiply("1m", "1.5"), "1m");
    assert_eq!(multiply("0", "2"), "0");
    assert_eq!(multiply("9E", "9E"), "9223372036854775807");
}
