//! Whoever is not `rules` can't build an `Allocation`: each of these programs must not compile.
//! (DESIGN §3, invariant 1: advice may read a budget and can't make one.)

#[test]
fn an_allocation_is_built_by_rules_only() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
