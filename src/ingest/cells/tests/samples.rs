//! Columns of published data sets: their exact sums, as another program computed them.

use std::fs;
use std::path::Path;

use super::*;

/// The rows of a file without quoted commas, header first; `None` where the data are absent.
#[expect(clippy::print_stderr, reason = "what was skipped says so by name")]
fn rows(name: &str) -> Option<Vec<Vec<String>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: {name} is absent");
        return None;
    };
    let cells = |line: &str| line.split(',').map(|cell| cell.replace('"', "")).collect();
    Some(text.lines().map(cells).collect())
}

fn models() -> CellReader {
    let numbers = Numbers { round: true, exponents: true, ..Numbers::default() };
    CellReader::new(&Source { numbers, grain: Grain::Week, ..Source::long() }, currency("USD"))
}

fn column(rows: &[Vec<String>], name: &str) -> usize {
    rows[0].iter().position(|it| it == name).expect(name)
}

fn sum_of(rows: &[Vec<String>], name: &str) -> FineMoney {
    let (cells, at) = (models(), column(rows, name));
    rows[1..].iter().fold(FineMoney::ZERO, |sum, row| {
        sum.plus(cells.spend(row[at].as_bytes()).expect(name).expect("stated"))
    })
}

#[test]
fn sums_of_models_spend_are_exact_to_the_last_digit() {
    // Each sum in cents and 10⁻¹⁸ of a cent, from the table of sums of the cells as written.
    for (name, columns) in [
        (
            "meridian_simulated/national_all_channels.csv",
            vec![
                ("Channel0_spend", 4_050_171_307, 997_820_001_000_000_000),
                ("Channel3_spend", 8_786_035_824, 888_599_981_000_000_000),
            ],
        ),
        (
            "robyn_simulated_weekly/dt_simulated_weekly.csv",
            vec![
                ("facebook_S", 44_629_682, 786_945_783_860_000_000),
                ("tv_S", 308_748_777, 333_333_245_600_000_000),
            ],
        ),
        ("mmm_eval_example/example_data.csv", vec![("radio", 553_256, 25_162_132_928_914_000)]),
    ] {
        let Some(rows) = rows(name) else { return };
        for (column, minor, rest) in columns {
            let expected = FineMoney::new(Money::from_minor(minor), rest);
            assert_eq!(Some(sum_of(&rows, column)), expected, "{column}");
        }
    }
}

#[test]
fn the_product_of_conversions_and_their_worth_is_the_revenue_of_the_business() {
    for (name, revenue) in [
        ("national_all_channels.csv", 131_871_800_613),
        ("national_media.csv", 114_059_172_552),
        ("national_media_rf.csv", 118_518_226_721),
        ("geo_full_funnel_data.csv", 119_807_159_879),
    ] {
        let Some(rows) = rows(&format!("meridian_simulated/{name}")) else { return };
        let cells = models();
        let (one, other) = (column(&rows, "conversions"), column(&rows, "revenue_per_conversion"));
        let factor = |text: &str| cells.factor(text.as_bytes()).expect(text).expect("stated");
        let sum = rows[1..].iter().fold(FineMoney::ZERO, |sum, row| {
            let product = factor(&row[one]).times(factor(&row[other]), &cells);
            sum.plus(product.expect("bounded"))
        });
        assert_eq!(sum.rounded(), Money::from_minor(revenue), "{name}");
    }
}

#[test]
fn impressions_of_a_model_are_rounded_cell_by_cell() {
    let Some(rows) = rows("robyn_simulated_weekly/dt_simulated_weekly.csv") else { return };
    let (cells, at) = (models(), column(&rows, "facebook_I"));
    let read = |row: &Vec<String>| cells.impressions(row[at].as_bytes()).expect("a count");
    let sum: u64 = rows[1..].iter().filter_map(read).sum();
    // The sum of the cells, each rounded half to even by another program.
    assert_eq!(sum, 1_695_910_323);
}
