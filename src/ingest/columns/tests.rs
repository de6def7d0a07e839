use super::*;

fn request<'a>(numbers: &'a [String], filters: &'a [(String, String)]) -> ColumnsRequest<'a> {
    ColumnsRequest {
        file_name: "wide.csv",
        limits: Limits::default(),
        numbers,
        date: Some("date"),
        filters,
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn refused(text: &str, numbers: &[&str]) -> String {
    let numbers = names(numbers);
    match read_columns(text.as_bytes(), request(&numbers, &[])) {
        Err(ColumnsError::File(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn chosen_columns_are_read_in_the_order_of_the_request() {
    let text =
        "\u{feff}Date;note;a;b\r\n2026-01-31;\"x;\"\"y\";1.5;-2e3\r\n2026-02-01 00:00:00;z;0;7\r\n";
    let numbers = names(&["B", "a"]);
    let found = read_columns(text.as_bytes(), request(&numbers, &[])).expect("read");
    assert_eq!(found.values, [vec![-2000.0, 7.0], vec![1.5, 0.0]]);
    let days: Vec<String> = found.days.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-01-31", "2026-02-01"]);
    assert_eq!((found.rows, found.left_out, found.filtered), (2, 0, 0));
}

#[test]
fn a_row_with_a_figure_that_is_not_known_is_left_out_and_counted() {
    let text = "date,org,a,b\n2026-01-01,x,1,\n2026-01-02,x,,NaN\n,x,2,3\n2026-01-03,x,4,5\n\
                2026-01-04,y,,1\n";
    let (numbers, filters) = (names(&["a", "b"]), [("org".to_owned(), "x".to_owned())]);
    let found = read_columns(text.as_bytes(), request(&numbers, &filters)).expect("read");
    assert_eq!(found.values, [vec![4.0], vec![5.0]]);
    assert_eq!((found.rows, found.filtered, found.left_out), (5, 1, 3));
    assert_eq!(found.unknown, [1, 2, 1]);
}

#[test]
fn what_is_no_number_or_no_day_is_named_with_its_place() {
    let said = refused("date,a\n2026-01-01,1\n2026-01-02,1 200\n", &["a"]);
    assert_eq!(said, "line 3, column a: \"1 200\" is no number: write it as 1234.56");
    for cell in ["inf", "1,5x", "0x10", "1e999", "--1"] {
        let said = refused(&format!("date;a\n2026-01-01;{cell}\n"), &["a"]);
        assert!(said.starts_with("line 2, column a: "), "{said}");
    }
    let said = refused("date,a\n31.01.2026,1\n", &["a"]);
    assert_eq!(said, "line 2, column date: \"31.01.2026\" is no day: write it as 2026-01-31");
    assert!(refused("date,a\n2026-02-30,1\n", &["a"]).contains("is no day"));
}

#[test]
fn columns_that_are_not_there_or_twice_and_rows_of_another_length_are_named() {
    assert_eq!(
        refused("date,spend\n", &["spent"]),
        "the file has no column \"spent\"; did you mean \"spend\"?"
    );
    assert_eq!(refused("date,a,A\n", &["a"]), "the file has two columns \"a\"");
    assert_eq!(
        refused("date,a\n2026-01-01,1,2\n", &["a"]),
        "line 2: it has 3 fields, and the header has 2"
    );
    assert_eq!(refused("", &["a"]), "the file is empty");
    assert!(refused("date,a\n2026-01-01,\"1\n", &["a"]).contains("line 2"));
}

proptest::proptest! {
    #[test]
    fn a_number_is_the_nearest_double_of_its_digits(cell in "-?[0-9]{0,12}(\\.[0-9]{0,12})?") {
        let expected = cell.parse::<f64>().ok();
        proptest::prop_assert_eq!(number(cell.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits));
    }
}
