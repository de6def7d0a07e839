use super::*;

fn model() -> MartModel {
    MartModel {
        name: "classic".to_owned(),
        revenue: 1000.0,
        contributions: vec![
            ContributionRow { campaign: "Email".to_owned(), contribution: 150.0, spend: 0.0 },
            ContributionRow { campaign: "Search".to_owned(), contribution: 400.0, spend: 160.0 },
        ],
        doubts: Vec::new(),
        is_of_claims: false,
        advised: Vec::new(),
        pooled: None,
        of_families: None,
        plans_per: "week",
        plan: Some(MartPlan {
            spends: vec![("Search".to_owned(), 150.0), ("Email".to_owned(), 50.0)],
            revenue: 1100.0,
            revenue_now: 1000.0,
        }),
        campaigns: vec!["Search".to_owned(), "search".to_owned()],
        scenarios: vec![
            ScenarioRow { budget: 200.0, revenue: 900.0, spends: vec![150.0, 50.0] },
            ScenarioRow { budget: 200.0, revenue: 1.0, spends: vec![1.0, 1.0] },
        ],
        performance: Some(PerformanceRow {
            r2: None,
            mae: 11_131.0,
            rmse: 12_000.0,
            mape: Some(0.419),
            samples: 18,
            model_type: "ridge".to_owned(),
            alpha: Some(0.1),
        }),
        coefficients: vec![
            CoefficientRow {
                feature: "trend".to_owned(),
                coefficient: 2.0,
                kind: FeatureKind::Trend,
            },
            CoefficientRow {
                feature: "trend".to_owned(),
                coefficient: -3.0,
                kind: FeatureKind::Campaign,
            },
        ],
        predictions: vec![PredictionRow {
            day: "2026-01-05".parse().expect("a day"),
            actual: 90.0,
            predicted: 100.0,
        }],
    }
}

/// The header and the rows of a table, as text.
fn shown(table: &Table<'_>) -> String {
    let header: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut lines = vec![header.join(" ")];
    for row in &table.rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| match cell {
                Cell::Null => "-".to_owned(),
                Cell::Whole(number) => number.to_string(),
                Cell::Real(number) => number.to_string(),
                Cell::Text(text) => text.to_string(),
            })
            .collect();
        lines.push(cells.join(" "));
    }
    lines.join("\n")
}

#[test]
fn the_six_tables_have_the_columns_and_figures_of_a_hand_calculation() {
    let model = model();
    let tables = tables(&model);
    let expected = [
        // ROI is (400 − 160) / 160; without spend there is none.
        "Campaign Total_Contribution Percentage Total_Spend ROI ROAS\n\
         Search 400 40 160 1.5 2.5\n\
         Email 150 15 0 - -",
        "Campaign Optimal_Spend Optimal_Pct Expected_Revenue Revenue_Increase_Pct\n\
         Search 150 75 1100 10\n\
         Email 50 25 1100 10",
        // The second budget of 200 is left out.
        "Total_Budget Predicted_Revenue Expected_ROI Search_Spend search_Spend_2\n\
         200 900 3.5 150 50",
        "r2 mae rmse mape n_samples model_type regularization_alpha\n\
         - 11131 12000 0.419 18 ridge 0.1",
        "Feature Coefficient Feature_Type\n\
         trend -3 campaign\n\
         trend 2 trend",
        "date actual_revenue predicted_revenue error\n\
         2026-01-05 90 100 -10",
    ];
    for (table, expected) in tables.iter().zip(expected) {
        assert_eq!(shown(table), expected, "{}", table.name);
    }
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    assert_eq!(
        names,
        [
            "mmm_channel_contributions",
            "mmm_budget_optimization",
            "mmm_budget_scenarios",
            "mmm_model_performance",
            "mmm_model_coefficients",
            "mmm_predictions",
        ]
    );
}

#[test]
fn a_figure_that_is_no_number_stays_empty() {
    let mut model = model();
    model.contributions[1].contribution = f64::NAN;
    model.revenue = 0.0;
    model.scenarios[0].budget = f64::NAN;
    let tables = tables(&model);
    assert!(shown(&tables[0]).contains("Search - - 160 - -"), "{}", shown(&tables[0]));
    // A budget is the key of its row: one that is no number has none.
    assert_eq!(tables[2].rows.len(), 1);
    assert_eq!(tables[2].rows[0][1], Cell::Real(1.0));
}
